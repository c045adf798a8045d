"""What mail servers and people send to a return address: reports of several forms, complaints, absence notes."""

from __future__ import annotations

REPORT = """Return-Path: <>
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.org.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 14 Mar 2022 07:00:01 +0000

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}

--b1
Content-Type: message/rfc822

Return-Path: <{inside}>
From: Weekly digest <digest@perilune.example>
Subject: Weekly digest

Text
--b1--
"""

COMPLAINT = """From: <abuse@mail.example.com>
To: complaints@perilune.example
Subject: FW: Weekly digest
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b1"

--b1
Content-Type: text/plain

This is an email abuse report.
--b1
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
Original-Mail-From: <{to}>

--b1
Content-Type: message/rfc822

From: Weekly digest <digest@perilune.example>
Subject: Weekly digest

Text
--b1--
"""

OLD_SERVER = """Return-Path: <>
From: MAILER-DAEMON@mx.example.org
To: {to}
Subject: failure notice

Hi. This is the program at mx.example.org. I'm afraid I wasn't able to deliver your message.

<ada@example.org>:
{words}

--- Below this line is a copy of the message.

Received: from perilune.example; 550 5.1.1 is not what happened
Subject: Weekly digest
"""

ABSENCE = """Return-Path: <>
From: Ada <ada@example.org>
To: {to}
Subject: Out of office
Auto-Submitted: auto-replied

I am away until 5.1.1 next year; user unknown is my favourite film.
"""


def a_report(to: str = "", action: str = "failed", status: str = "5.1.1", inside: str = "") -> bytes:
    """Write a delivery status notification."""
    words = f"550 {status} <ada@example.org>: said so"
    return REPORT.format(to=to, action=action, status=status, words=words, inside=inside).encode()
