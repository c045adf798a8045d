"""Asks a mail server whether it would take mail of ours, and sends none."""

from __future__ import annotations

import smtplib

from digest.mail import OK_CLASS, MailProblem, SmtpMailer


def check_server(mailer: SmtpMailer, sender: str) -> str:
    """Connect, secure, log in and name the sender; MailProblem says what is refused. Returns what holds, in words."""
    server = mailer.connect()
    try:
        code, words = server.mail(sender)
        is_secure = mailer.is_tls or server.has_extn("starttls")
        server.quit()
    except (smtplib.SMTPException, OSError) as error:
        raise MailProblem(f"the mail server {mailer.host}:{mailer.port} ended the session: {error}") from error
    finally:
        server.close()
    if code // 100 != OK_CLASS:
        reason = " ".join(words.decode("utf-8", "replace").split())
        raise MailProblem(f"the mail server {mailer.host} refuses the sender {sender}: {code} {reason}")
    how = "by TLS" if is_secure else "without TLS"
    return f"{mailer.host}:{mailer.port} answers {how} and accepts {sender}" + (" after login." if mailer.user else ".")
