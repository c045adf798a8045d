"""The forms by which a text speaks to a model, in four languages: data, apart."""

from __future__ import annotations

import re

# A model, by the words that address one.
_AI = (
    r"(?:AIs?|LLMs?|GPT|ChatGPT|(?:large )?language models?|AI (?:models?|assistants?|agents?)|chatbots?"
    r"|summari[sz]ers?)"
)
_AI_FR = (
    r"(?:IA|intelligence artificielle|LLM|ChatGPT|modèles? de langage|assistants?(?: IA| virtuels?)?"
    r"|robots? de résumé)"
)
_AI_RU = r"(?:ИИ|искусственн\w+ интеллект\w*|языков\w+ модел\w+|ассистент\w*|нейросет\w+|чат-?бот\w*|LLM)"
_AI_ZH = r"(?:AI|人工智能|大?语言模型|大模型|聊天机器人|智能)(?:模型|助手|助理)"
# Where an order may begin: first, after a mark, or after a word that asks.
_FIRST = (
    r"(?:^\W{0,6}|[.!?:;,\"“«—–(\[>*#。！？：；，]\s*"
    r"|\b(?:please|now|then|and|must|you should|veuillez|et|puis|merci d[e'’]\s?)\s+)"
)
_GAP = r"[^.!?。！？\n]{0,40}?"
_FAR = r"[^.!?\n]{0,60}"

IGNORE = (
    (
        rf"{_FIRST}(?:ignore|disregard|forget|override|skip){_GAP}"
        r"\b(?:previous|prior|above|earlier|preceding|your|system|all|any|these|other)"
        rf"{_GAP}\b(?:instructions?|prompts?|directives?|system message)\b"
    ),
    (
        rf"{_FIRST}(?:ignore|disregard|forget)\s+(?:everything|all|anything)(?: (?:that|which))?"
        r"(?: (?:was|is|comes?|came|you (?:were|have been) told))?\s?(?:above|before|so far|previously)\b"
    ),
    (
        rf"{_FIRST}(?:ignore[zr]?|oublie[zr]?|ne tiens pas compte|ne tenez pas compte|fai(?:s|tes) abstraction){_GAP}"
        rf"\b(?:instructions?|consignes?|directives?|invites?|prompts?)\b{_GAP}"
        r"(?:précédent|antérieur|ci-dessus|reçue|système)"
    ),
    (
        rf"{_FIRST}(?:ignore[zr]?|oublie[zr]?){_GAP}\b(?:toute?s|précédente?s|tes|vos)\b{_GAP}"
        r"\b(?:instructions|consignes|directives|prompts?)\b"
    ),
    (
        r"\b(?:про)?игнорируй(?:те)?\b[^.!?\n]{0,40}"
        r"\b(?:инструкци|указани|команд|промпт|подсказк|правил|выше|предыдущ)"
    ),
    (
        r"\b(?:забудь(?:те)?|отбрось(?:те)?|не обращай(?:те)? внимания на|не учитывай(?:те)?)\b[^.!?\n]{0,30}"
        r"\b(?:предыдущ|прежн|выше|все|всё|свои|системн)\w*[^.!?\n]{0,20}"
        r"\b(?:инструкци|указани|команд|промпт|подсказк)"
    ),
    (
        r"(?<![不别莫可能得应])(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|请勿理会|抛开)[^。！？\n]{0,10}"
        r"(?:之前|以上|上述|上面|先前|此前|前面|所有|一切|你的|系统)[^。！？\n]{0,10}"
        r"(?:指令|指示|提示词?|命令|说明|設定|设定)"
    ),
)
"""Orders to forget what was said."""

NEW_ORDERS = (
    r"\b(?:new|updated|real|actual|hidden|further) (?:system )?(?:instructions?|prompt) ?:",
    (
        r"\b(?:reveal|print|repeat|show|output|leak)\b[^.!?\n]{0,20}"
        r"\b(?:system|hidden|initial) (?:prompt|instructions)\b"
    ),
    r"\bnouvelles? (?:instructions?|consignes?) ?:|\bнов(?:ые|ая) (?:инструкци[ия]|указания) ?:",
    r"新(?:的)?(?:指令|指示|提示词?)[:：]",
    (
        rf"{_FIRST}(?:write|say|state|include|add|insert|mention|output|print|respond|reply|answer|report|claim|end"
        rf"|begin)\b{_FAR}\b(?:(?:in|to|of|from|with) your (?:summary|answer|response|reply|output|translation)"
        r"|instead of (?:the|a|your) (?:summary|translation)|in the summary)\b"
    ),
    (
        rf"{_FIRST}(?:when|if|while) (?:you(?: are| were)? )?(?:summari[sz](?:e|ing)|translat(?:e|ing)|process(?:ing)?)"
        rf"\b{_FAR}\b(?:write|say|state|include|add|mention|output|ignore|do not|don['’]t|always|only|instead)\b"
    ),
    (
        rf"{_FIRST}(?:écris|écrivez|dis|dites|réponds|répondez|ajoute[zr]?|affirme[zr]?|mentionne[zr]?)\b{_FAR}"
        r"\b(?:ton|ta|votre|le) (?:résumé|réponse)\b"
    ),
    (
        rf"\b(?:напиши|скажи|добавь|ответь|укажи|сообщи|выведи|включи)(?:те)?\b{_FAR}\b(?:в|вместо)\s"
        r"(?:сво\w+\s|ваш\w+\s|тво\w+\s)?(?:резюме|ответ\w*|пересказ\w*|сводк\w+|перевод\w*)\b"
    ),
    (
        r"(?:请|請)?(?:在|于)(?:你|您)的?(?:摘要|回答|总结|總結|翻译|回复)(?:中|里)?[^。\n]{0,6}"
        r"(?:写|寫|说|加入|添加|包含|输出|声明)"
    ),
)
"""Orders what to write."""

ADDRESSES = (
    (
        rf"\byou are (?:now |no longer )?(?:an? |the |in )?(?:helpful |new |unrestricted )?(?:{_AI}|assistant|DAN\b"
        r"|developer mode)\b"
    ),
    (
        r"\b(?:dear|hey|hello|attention|to (?:all|any|every)|note (?:to|for)(?: all| any| the)?"
        rf"|instructions? (?:to|for) (?:the|any|all))\s?[,:]?\s+{_AI}\b(?=\s*[:,!.—–-])"
    ),
    (
        rf"^\W{{0,6}}(?:{_AI}|assistant)\s*[,:]\s+"
        r"(?:please|you|your|ignore|write|say|do|stop|summari[sz]e|report|add)\b"
    ),
    rf"\b(?:if|when|because) you are (?:an? )?(?:{_AI}|assistant|machine)\b",
    rf"\bas an? (?:AI|{_AI})(?: (?:language )?(?:model|assistant))?\s*,\s*(?:you|I)\b",
    rf"\b(?:tu es|vous êtes)(?: maintenant| désormais)?(?: une?)? {_AI_FR}\b",
    rf"\ben tant qu['’e]\s?(?:une? )?{_AI_FR}\s*,\s*(?:tu|vous|je)\b",
    rf"(?:^|[^\w])(?:ты|вы)(?: теперь)?\s?[—–-]?\s?(?:полезн\w+ )?{_AI_RU}\b|\bкак {_AI_RU}\s*,\s*(?:ты|вы|я)\b",
    rf"^\W{{0,6}}(?:внимание|уважаем\w+|эй)[,:!]?\s+{_AI_RU}\s*[,:!]",
    rf"^\W{{0,6}}(?:attention|cher|chère)[,:!]?\s+{_AI_FR}\s*[,:!]",
    (
        r"(?:你|您)(?:现在|從現在起|从现在起)?是(?:一个|一個|一名)?(?:有用的)?"
        rf"(?:{_AI_ZH}|大?语言模型|聊天机器人|人工智能)"
    ),
    rf"(?:致|注意[:：，,]?|各位|亲爱的){_AI_ZH}[们們]?[:：，,！]",
    rf"作为(?:一个|一名)?{_AI_ZH}[，,]\s*(?:你|您|我)",
)
"""Models that are addressed."""

ROLES = (
    (
        r"^\W{0,6}(?-i:SYSTEM|ASSISTANT|DEVELOPER|SYSTÈME|СИСТЕМА)"
        r"(?: PROMPT| MESSAGE| OVERRIDE| NOTE)?\s*[:：]"
    ),
    (
        r"\b(?:system|developer) (?:prompt|message|override)\s*[:：]|\binvite système\s*[:：]"
        r"|\bсистемн\w+ (?:промпт|подсказк\w+|сообщени\w+)\s*[:：]|系统(?:提示词?|指令|消息|信息)[:：]"
    ),
    (
        r"^\W{0,6}(?:system|assistant|système|система|ассистент|系统|助手)\s*[:：]\s*"
        r"(?:please|you|ignore|write|say|do not|tu|vous|écri|ты|вы|напиши|игнорируй|请|你|您|忽略|写|输出)"
    ),
)
"""Roles of a chat, as text."""

INSTRUCTION = re.compile("|".join((*IGNORE, *NEW_ORDERS, *ADDRESSES, *ROLES)), re.IGNORECASE | re.MULTILINE)
CONTROL_MARKS = re.compile(
    r"<\|[^|<>]{1,40}\|>|<[｜|][^<>｜|]{1,40}[｜|]>|\[/?(?:INST|SYS|AVAILABLE_TOOLS|TOOL_CALLS?)\]|<</?SYS>>"
    r"|</?(?:s|system|assistant|user|human|bos|eos|start_of_turn|end_of_turn|im_start|im_end|think)>"
    r"|(?m:^\s*#{2,4}\s*(?:instructions?|system|assistant|user|response|input)\s*:?)",
    re.IGNORECASE,
)
ROLE_MARK = re.compile(
    r"^\W{0,4}(?:system(?: prompt| message)?|assistant|user|human|developer|système|assistante?|utilisateur|система"
    r"|ассистент|помощник|пользователь|系统(?:提示|指令|消息)?|助手|用户)\s*[:：]",
    re.IGNORECASE,
)
CODED_RUN = re.compile(r"(?<![\w+/=])[A-Za-z0-9+/_-]{40,}={0,2}(?![\w+/])")
