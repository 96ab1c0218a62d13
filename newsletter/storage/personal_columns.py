"""
Where the database may hold something of a reader: each column of text is named here, once.

A test fails for a column that is missing, so that no new table is forgotten by an erasure.
"""

from collections.abc import Mapping
from typing import Final

# Rows of one reader, found by the key of the address or by the reader's number. Their columns of
# text are deleted or replaced; see storage/erasing_rows.py.
OWN: Final[Mapping[str, frozenset[str]]] = {
    "subscribers": frozenset(
        "address address_key name preference standing import_id standing_cause standing_because"
        " standing_by reader_id".split()
    ),
    "reader_aliases": frozenset({"alias"}),
    "deliveries": frozenset("address_key address edition state reason answer domain issue".split()),
    "rehearsed_deliveries": frozenset("address_key address edition state reason answer".split()),
    "mails": frozenset(
        "name kind lang address address_key facts network state form reason answer sent_by door"
        "".split()
    ),
    "imported_rows": frozenset(
        "import_id address_key address name preference standing standing_cause standing_because"
        " standing_by was_address was_name was_preference was_standing was_standing_cause"
        " was_standing_because was_standing_by reader_id given_names fate".split()
    ),
    "breach_notices": frozenset("name address address_key edition state answer sent_by".split()),
    "consents": frozenset({"details"}),  # of the reader's entries; the rest is chained
    "feedback_events": frozenset({"words", "sender", "subject", "kept_as", "domain"}),
    "domain_pauses": frozenset({"domain"}),  # if nobody else has an address there
}

# Texts of people and servers. An address in them is found by its hash.
TEXTS: Final[Mapping[str, frozenset[str]]] = {
    "subscribers": frozenset({"standing_because"}),  # of others: where they moved to
    "notes": frozenset({"words"}),
    "overrides": frozenset({"because"}),
    "dispatches": frozenset({"paused_because", "cancelled_because"}),
    "rehearsals": frozenset({"because"}),
    "domain_pauses": frozenset({"answer"}),
    "runs": frozenset({"words"}),
    "doubts": frozenset({"words"}),
    "doubt_answers": frozenset({"because"}),
    "blocked_addresses": frozenset({"because"}),
    "consent_chains": frozenset({"file"}),  # a list of one may be called after its reader
    "accesses": frozenset({"because"}),
    "access_reviews": frozenset({"note"}),
    "feedback_events": frozenset({"words", "sender", "subject"}),  # of others, about a reader
}

# What servers have answered, of the person's own letters and of others'.
ANSWERS: Final[Mapping[str, frozenset[str]]] = {
    "deliveries": frozenset({"answer"}),
    "rehearsed_deliveries": frozenset({"answer"}),
    "mails": frozenset({"answer"}),
    "breach_notices": frozenset({"answer"}),
}

# Columns of people of the office, of issues, of the program, and of hashes.
NOBODYS: Final[Mapping[str, frozenset[str]]] = {
    "webhook_tokens": frozenset({"source", "token", "content"}),
    "kept_letters": frozenset({"hash", "issue", "digest"}),
    "kept_pictures": frozenset({"sha256"}),
    "kept_letter_pictures": frozenset({"path", "sha256"}),
    "dispatches": frozenset(
        "issue digest parts holder paused_by cancelled_by provider_kind provider_name recipients_of"
        " told files manner key_fingerprint unfinished".split()
    ),
    "runs": frozenset(
        "issue host process_started ordered_by account version ended_because memory".split()
    ),
    "approvals": frozenset({"issue", "digest", "parts", "approved_by", "account"}),
    "overrides": frozenset({"issue", "digest", "rule", "overridden_by", "account"}),
    "notes": frozenset({"issue", "act", "noted_by", "account"}),
    "appointments": frozenset(
        "issue digest parts made_by provider_kind provider_name recipients_of told account".split()
    ),
    "rehearsals": frozenset({"issue", "digest", "provider_name", "set_aside_by"}),
    "ledger_marks": frozenset({"id"}),
    "doubts": frozenset({"kind"}),
    "doubt_answers": frozenset({"issue", "answered_by"}),
    "imports": frozenset({"id", "file", "stage", "holder"}),
    "lasting_keys": frozenset({"purpose", "secret"}),
    "left_names": frozenset({"name_hash"}),
    "used_keys": frozenset({"fingerprint", "kind"}),
    "network_limits": frozenset({"network", "set_by", "account"}),
    "funnel_counts": frozenset({"month", "step"}),
    "blocked_addresses": frozenset({"address_hash", "blocked_by"}),
    "bounce_checks": frozenset({"address", "token", "code", "noted_by", "account"}),
    "consent_chains": frozenset({"import_id"}),
    "consents": frozenset({"act", "way", "lang", "text_hash"}),
    "erasures": frozenset(
        "address_hash asked_by account why standing standing_cause remains".split()
    ),
    "erased_names": frozenset({"name_hash", "address_hash"}),
    "rejects_files": frozenset({"path"}),  # a file called after a reader is renamed with them
    "breaches": frozenset({"hash", "file", "version", "words", "begun_by", "account"}),
    "consent_texts": frozenset({"hash", "lang", "version", "words"}),
    "accesses": frozenset({"account", "origin", "said_by", "kind", "issue"}),
    "access_reviews": frozenset({"month", "reviewed_by", "account"}),
    "cleanings": frozenset({"kind"}),
    "feedback_events": frozenset(
        "source raw_id kind bounce_class reason status code proof issue mail_name action"
        " settled_by settled_as account".split()
    ),
}
