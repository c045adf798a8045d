# Perilune as one image; what a container does is its command: web, scheduler, worker or run.
FROM python:3.12-slim

RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-core fonts-noto-cjk \
        tesseract-ocr tesseract-ocr-chi-sim tesseract-ocr-rus tesseract-ocr-fra \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/perilune
COPY requirements/lock.txt requirements/lock.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r requirements/lock.txt
# Name an index with PyTorch's CPU builds to save several gigabytes: see requirements/README.md.
ARG TORCH_INDEX=
RUN pip install --no-cache-dir ${TORCH_INDEX:+--index-url "$TORCH_INDEX"} torch==2.13.0

COPY pyproject.toml README.md LICENSE ./
COPY crawler crawler
COPY pipeline pipeline
COPY models models
COPY digest digest
COPY web web
COPY perilune perilune
RUN pip install --no-cache-dir --no-deps . \
    && useradd --system --create-home --home-dir /data --uid 10600 perilune \
    && mkdir -p /data/pages && chown -R perilune /data

USER perilune
ENV PERILUNE_HOME=/data XDG_CACHE_HOME=/data/cache
VOLUME /data
EXPOSE 8600
STOPSIGNAL SIGTERM
ENTRYPOINT ["perilune"]
CMD ["run"]
