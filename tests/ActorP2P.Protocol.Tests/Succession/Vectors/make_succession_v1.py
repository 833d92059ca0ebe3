#!/usr/bin/env python3
"""Writes a statement of succession with the keys that signed it, by a second implementation.

It follows docs/protocol.md and shares no code with the C# one. Needs the `cryptography` package. The vector is checked
in; run this again only when the protocol's version changes.
usage: make_succession_v1.py > succession-v1.json
"""
import hashlib
import json
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
NETWORK = "vector network"
EPOCH = 1_767_225_600_123
ISSUED_MS = 1_767_312_000_000
ENDS_MS = ISSUED_MS + 3_600_000


def key_of(text):
    number = int.from_bytes(hashlib.sha512(text.encode()).digest()[:32], "big")
    return ec.derive_private_key(number % (ORDER - 1) + 1, ec.SECP256R1())


def node_id(key):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def sign(key, label, data):
    r, s = utils.decode_dss_signature(key.sign(label + b"\0" + data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def main():
    predecessor, successor = key_of("succession predecessor"), key_of("succession successor")
    chain_hash = hashlib.sha256(b"the successor's chain").digest()
    unsigned = (b"\1" + node_id(predecessor) + node_id(successor) + chain_hash
                + struct.pack("<QQQ", EPOCH, ISSUED_MS, ENDS_MS))
    network = NETWORK.encode()
    signed = struct.pack("<H", len(network)) + network + unsigned
    statement = (unsigned + sign(predecessor, b"actorp2p/1 succession predecessor", signed)
                 + sign(successor, b"actorp2p/1 succession successor", signed))
    json.dump({
        "network": NETWORK,
        "predecessor_key_pem": pem(predecessor),
        "successor_key_pem": pem(successor),
        "predecessor": node_id(predecessor).hex(),
        "successor": node_id(successor).hex(),
        "chain_hash": chain_hash.hex(),
        "epoch": EPOCH,
        "issued_ms": ISSUED_MS,
        "ends_ms": ENDS_MS,
        "unsigned": unsigned.hex(),
        "statement": statement.hex(),
    }, sys.stdout, indent=2)
    print()


main()
