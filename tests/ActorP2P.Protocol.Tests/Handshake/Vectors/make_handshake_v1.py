#!/usr/bin/env python3
"""Writes handshake-v1.json: a whole handshake, first records and a change of keys, by a second implementation.

It follows docs/protocol.md and shares no code with the C# one, so that a slip in either shows. Needs the
`cryptography` package. The vectors are checked in; run this again only when the protocol's version changes.
usage: make_handshake_v1.py > handshake-v1.json
"""
import datetime
import hashlib
import hmac
import json
import struct

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

CURVE = ec.SECP256R1()
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
END = datetime.datetime(2036, 1, 1, tzinfo=datetime.timezone.utc)


def fixed(text, length=32):
    """Bytes that stand in for random ones: the start of SHA-512 of a text."""
    return hashlib.sha512(text.encode()).digest()[:length]


def private_key(text):
    return ec.derive_private_key(int.from_bytes(fixed(text), "big") % (ORDER - 1) + 1, CURVE)


def scalar(key):
    return key.private_numbers().private_value.to_bytes(32, "big")


def point(key):
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, is_ca):
    usage = dict.fromkeys(
        ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
         "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
    usage["key_cert_sign" if is_ca else "digital_signature"] = True
    return (x509.CertificateBuilder()
            .subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
            .serial_number(int.from_bytes(fixed("serial " + subject, 15), "big") + 1)
            .not_valid_before(BEGIN).not_valid_after(END)
            .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
            .add_extension(x509.KeyUsage(**usage), critical=True)
            .sign(issuer_key, hashes.SHA256()))


def pem(item):
    return item.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key):
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode()


def mac(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def expand(secret, label, context=b"", length=32):
    info = b"actorp2p/1 " + label + b"\0" + context
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = mac(secret, block + info + bytes([counter]))
        output += block
        counter += 1
    return output[:length]


def short(text):
    return bytes([len(text)]) + text.encode()


class Transcript:
    def __init__(self):
        self.value = hashlib.sha256(b"actorp2p/1 handshake").digest()

    def absorb(self, part):
        self.value = hashlib.sha256(self.value + struct.pack("<I", len(part)) + part).digest()


def sign(key, label, data):
    r, s = utils.decode_dss_signature(key.sign(label + b"\0" + data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + min(s, ORDER - s).to_bytes(32, "big")


def seal(secret, counter, plaintext, aad):
    iv = int.from_bytes(expand(secret, b"iv", length=12), "big")
    nonce = (iv ^ counter).to_bytes(12, "big")
    return AESGCM(expand(secret, b"key", length=16)).encrypt(nonce, plaintext, aad)


def main():
    ca = private_key("ca")
    nodes = {side: private_key(side) for side in ("initiator", "responder")}
    ca_certificate = certificate("vector ca", ca, "vector ca", ca, True)
    chains = {side: [certificate("vector " + side, key, "vector ca", ca, False)] for side, key in nodes.items()}
    ephemerals = {side: private_key("ephemeral " + side) for side in nodes}
    nonces = {side: fixed("nonce " + side) for side in nodes}
    link_nonces = {side: int.from_bytes(fixed("link nonce " + side, 8), "little") for side in nodes}
    epochs = {"initiator": 1767225600000, "responder": 1767225600001}
    binding = fixed("tls binding")
    spki = {side: fixed("spki " + side) for side in nodes}
    network, suites = "vector network", ["aes-128-gcm", "chacha20-poly1305"]

    tls = hashlib.sha256(b"actorp2p/1 tls\0" + bytes([len(binding)]) + binding + spki["initiator"] + spki["responder"]).digest()
    suite_list = bytes([len(suites)]) + b"".join(short(suite) for suite in suites)
    message1 = (bytes([1, 1, 1, 1]) + short("p256") + hashlib.sha256(b"actorp2p/1 network\0" + network.encode()).digest() + tls
                + nonces["initiator"] + point(ephemerals["initiator"]) + suite_list)
    clear2 = bytes([2, 1, 1, 1, 1]) + nonces["responder"] + point(ephemerals["responder"]) + short("aes-128-gcm") + suite_list

    transcript = Transcript()
    transcript.absorb(message1)
    transcript.absorb(clear2)
    agreed = ephemerals["initiator"].exchange(ec.ECDH(), ephemerals["responder"].public_key())
    handshake_secret = mac(transcript.value, agreed)
    role_secrets = {role: expand(handshake_secret, b"handshake", bytes([role])) for role in (1, 2)}
    signatures = {}

    def proof(role, side):
        ders = [item.public_bytes(serialization.Encoding.DER) for item in chains[side]]
        encoded = bytes([len(ders)]) + b"".join(struct.pack("<H", len(der)) + der for der in ders)
        claim = struct.pack("<BQQH", role, epochs[side], link_nonces[side], len(encoded)) + encoded
        transcript.absorb(claim)
        signature = sign(nodes[side], b"actorp2p/1 handshake " + side.encode(), transcript.value)
        signatures[side] = signature.hex()
        transcript.absorb(signature)
        finished = mac(expand(role_secrets[role], b"finished"), transcript.value)
        transcript.absorb(finished)
        return claim + signature + finished

    message2 = clear2 + seal(role_secrets[2], 0, proof(2, "responder"), clear2)
    message3 = b"\x03" + seal(role_secrets[1], 0, proof(1, "initiator"), b"\x03")
    pair = mac(transcript.value, handshake_secret)

    def record(secret, tag, lane, direction, counter, plaintext, flags=0, chunk=0, generation=0):
        header = struct.pack("<IBBBBIIQQ", len(plaintext) + 16, 2, lane, flags | 1, 0, generation, chunk, tag, counter)
        return header + seal(expand(secret, b"lane", bytes([lane, direction])), counter, plaintext, header)

    namespace = "consensus"
    opening = {side: fixed("namespace nonce " + side, 16) for side in nodes}
    context = opening["initiator"] + opening["responder"] + namespace.encode()
    tag = int.from_bytes(expand(pair, b"session tag", context, 8), "little")
    namespace_secret = expand(pair, b"namespace", context)
    link_secret = expand(pair, b"link")
    offer = int.from_bytes(mac(expand(pair, b"offer"), namespace.encode())[:8], "little")

    # A change of keys that the initiator begins, after the records of the namespace session below.
    fresh = {side: private_key("fresh " + side) for side in nodes}
    agreed1 = fresh["initiator"].exchange(ec.ECDH(), fresh["responder"].public_key())
    context1 = struct.pack("<I", 1) + point(fresh["initiator"]) + point(fresh["responder"]) + struct.pack("<Q", tag)
    secret1 = expand(mac(namespace_secret, agreed1), b"rekey", context1)

    def share(side):
        return struct.pack("<BI", 1, 1) + point(fresh[side])

    ready = struct.pack("<BI", 2, 1)

    def rekey(direction, counter, plaintext, generation):
        secret = secret1 if generation else namespace_secret
        return record(secret, tag, 0, direction, counter, plaintext, 16, 0, generation).hex()

    def side_data(side):
        return {
            "key_pem": key_pem(nodes[side]), "certificate_pem": "".join(pem(item) for item in chains[side]),
            "node_id": point(nodes[side]).hex(), "ephemeral_scalar": scalar(ephemerals[side]).hex(),
            "nonce": nonces[side].hex(), "link_nonce": link_nonces[side], "epoch": epochs[side],
            "spki_hash": spki[side].hex(), "signature": signatures[side], "namespace_nonce": opening[side].hex(),
        }

    print(json.dumps({
        "network": network, "suites": suites, "now": "2026-06-01T00:00:00Z", "ca_pem": pem(ca_certificate),
        "tls_binding": binding.hex(), "initiator": side_data("initiator"), "responder": side_data("responder"),
        "message1": message1.hex(), "message2": message2.hex(), "message3": message3.hex(),
        "agreed_secret": agreed.hex(), "handshake_secret": handshake_secret.hex(), "pair_secret": pair.hex(),
        "namespace": namespace, "offer_tag": offer, "session_tag": tag,
        "records": [
            {"session": "link", "from": "initiator", "lane": 0, "flags": 0, "chunk": 0, "plaintext": b"ping".hex(),
             "frame": record(link_secret, 0, 0, 1, 0, b"ping").hex()},
            {"session": "namespace", "from": "initiator", "lane": 1, "flags": 0, "chunk": 0, "plaintext": b"vote".hex(),
             "frame": record(namespace_secret, tag, 1, 1, 0, b"vote").hex()},
            {"session": "namespace", "from": "initiator", "lane": 1, "flags": 6, "chunk": 5, "plaintext": b"".hex(),
             "frame": record(namespace_secret, tag, 1, 1, 1, b"", 6, 5).hex()},
            {"session": "namespace", "from": "responder", "lane": 4, "flags": 2, "chunk": 0, "plaintext": b"block".hex(),
             "frame": record(namespace_secret, tag, 4, 2, 0, b"block", 2, 0).hex()},
        ],
        "rekey": {
            "initiator_scalar": scalar(fresh["initiator"]).hex(), "responder_scalar": scalar(fresh["responder"]).hex(),
            "agreed_secret": agreed1.hex(), "secret": secret1.hex(),
            "initiator": [
                rekey(1, 0, share("initiator"), 0), rekey(1, 1, ready, 0),
                rekey(1, 2, struct.pack("<BI5Q", 3, 1, 2, 2, 0, 0, 0), 1),
            ],
            "responder": [
                rekey(2, 0, share("responder"), 0), rekey(2, 1, ready, 0),
                rekey(2, 2, struct.pack("<BI5Q", 3, 1, 2, 0, 0, 0, 1), 1),
            ],
            "after": record(secret1, tag, 1, 1, 2, b"vote", 0, 0, 1).hex(),
        },
    }, indent=2))


main()
