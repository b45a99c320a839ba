# SPDX-License-Identifier: GPL-3.0-or-later
"""Where messages really lie: a look into the account with a mail program's library, not with the service's own."""

import email
import email.policy
import re
from collections.abc import Mapping
from dataclasses import dataclass

from imapclient import IMAPClient

from intake.demo.server import HOST, RECEIVED_ID

TIMEOUT = 30.0
_FIELDS = "BODY.PEEK[HEADER.FIELDS (RECEIVED MESSAGE-ID)]"


@dataclass(frozen=True, slots=True)
class Contents:
    """Folders by what lies in them; a folder is named once for each copy."""

    received: Mapping[str, tuple[str, ...]]
    """By the identifier that the server gave the message when it came."""
    message_ids: Mapping[str, tuple[str, ...]]


def look(port: int, user: str, password: str) -> Contents:
    """Read the headers of everything in the account. Leaves no trace: folders are opened read-only."""
    received: dict[str, tuple[str, ...]] = {}
    message_ids: dict[str, tuple[str, ...]] = {}
    with IMAPClient(HOST, port, ssl=False, timeout=TIMEOUT) as client:
        client.login(user, password)
        for _flags, _delimiter, folder in client.list_folders():
            client.select_folder(folder, readonly=True)
            uids = client.search("ALL")
            for parts in (client.fetch(uids, [_FIELDS]) if uids else {}).values():
                raw = next((v for k, v in parts.items() if k.startswith(b"BODY[")), b"")
                header = email.message_from_bytes(raw, policy=email.policy.compat32)
                for value in header.get_all("Received", [])[:1]:
                    for name in re.findall(RECEIVED_ID, str(value)):
                        received[name] = (*received.get(name, ()), folder)
                message_id = str(header.get("Message-ID", "")).strip()
                message_ids[message_id] = (*message_ids.get(message_id, ()), folder)
    return Contents(received, message_ids)
