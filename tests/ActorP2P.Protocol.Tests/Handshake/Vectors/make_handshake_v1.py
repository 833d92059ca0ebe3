#!/usr/bin/env python3
"""Writes a whole handshake, its first records and a change of keys, by a second implementation.

It follows docs/protocol.md and shares no code with the C# one, so that a slip in either shows. Needs the
`cryptography` package. The vectors are checked in; run this again only when the protocol's version changes.
usage: make_handshake_v1.py p256 > handshake-v1.json
       make_handshake_v1.py sm2 > handshake-v1-sm2.json
"""
import base64
import datetime
import hashlib
import json
import struct
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509.oid import NameOID

BEGIN = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
END = datetime.datetime(2036, 1, 1, tzinfo=datetime.timezone.utc)


def fixed(text, length=32):
    """Bytes that stand in for random ones: the start of SHA-512 of a text."""
    return hashlib.sha512(text.encode()).digest()[:length]


class P256:
    """NIST P-256 with ECDSA and SHA-256, and AES-128-GCM, by the cryptography package."""

    name, suites = "p256", ["aes-128-gcm", "chacha20-poly1305"]
    curve = ec.SECP256R1()
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

    @staticmethod
    def hash(data):
        return hashlib.sha256(data).digest()

    def private_key(self, text):
        return ec.derive_private_key(int.from_bytes(fixed(text), "big") % (self.order - 1) + 1, self.curve)

    def scalar(self, key):
        return key.private_numbers().private_value.to_bytes(32, "big")

    def point(self, key):
        numbers = key.public_key().public_numbers()
        return numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")

    def agree(self, key, other):
        return key.exchange(ec.ECDH(), other.public_key())

    def sign(self, key, label, data):
        r, s = utils.decode_dss_signature(key.sign(label + b"\0" + data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + min(s, self.order - s).to_bytes(32, "big")

    def encrypt(self, key, nonce, plaintext, aad):
        return AESGCM(key).encrypt(nonce, plaintext, aad)

    def key_der(self, key):
        return key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8,
                                 serialization.NoEncryption())

    def certificate(self, subject, key, issuer, issuer_key, is_ca):
        usage = dict.fromkeys(
            ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"], False)
        usage["key_cert_sign" if is_ca else "digital_signature"] = True

        def name(text):
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        return (x509.CertificateBuilder()
                .subject_name(name(subject)).issuer_name(name(issuer)).public_key(key.public_key())
                .serial_number(serial(subject))
                .not_valid_before(BEGIN).not_valid_after(END)
                .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
                .add_extension(x509.KeyUsage(**usage), critical=True)
                .sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.DER))


def der(tag, *parts):
    content = b"".join(parts)
    length = bytes([len(content)]) if len(content) < 128 else \
        (lambda n: bytes([128 + len(n)]) + n)(len(content).to_bytes((len(content).bit_length() + 7) // 8, "big"))
    return bytes([tag]) + length + content


def der_number(value):
    return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def der_oid(dotted):
    first, second, *rest = map(int, dotted.split("."))
    content = bytes([40 * first + second])
    for part in rest:
        digits = [part & 127]
        while part := part >> 7:
            digits.insert(0, part & 127 | 128)
        content += bytes(digits)
    return der(6, content)


class Sm2:
    """sm2p256v1 by hand (GB/T 32918), SM3 and SM4-GCM by OpenSSL. Keys are numbers."""

    name, suites = "sm2", ["sm4-gcm"]
    prime = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
    order = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
    a = prime - 3
    b = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
    base = (0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
            0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0)
    curve_oid, signature_oid = "1.2.156.10197.1.301", "1.2.156.10197.1.501"

    @staticmethod
    def hash(data):
        digest = hashes.Hash(hashes.SM3())
        digest.update(data)
        return digest.finalize()

    def add(self, one, two):
        if one is None or two is None:
            return one or two
        (x1, y1), (x2, y2) = one, two
        if x1 == x2:
            if y1 != y2:
                return None
            slope = (3 * x1 * x1 + self.a) * pow(2 * y1, -1, self.prime)
        else:
            slope = (y2 - y1) * pow(x2 - x1, -1, self.prime)
        x3 = (slope * slope - x1 - x2) % self.prime
        return x3, (slope * (x1 - x3) - y1) % self.prime

    def multiply(self, number, point):
        result = None
        while number:
            if number & 1:
                result = self.add(result, point)
            point, number = self.add(point, point), number >> 1
        return result

    def private_key(self, text):
        return int.from_bytes(fixed(text), "big") % (self.order - 2) + 1

    def scalar(self, key):
        return key.to_bytes(32, "big")

    def point(self, key):
        return b"".join(c.to_bytes(32, "big") for c in self.multiply(key, self.base))

    def agree(self, key, other):
        return self.multiply(key, self.multiply(other, self.base))[0].to_bytes(32, "big")

    def numbers(self, key, data):
        """r and s, with the nonce of RFC 6979 over SM3."""
        user = b"1234567812345678"
        z = self.hash(struct.pack(">H", 8 * len(user)) + user
                      + b"".join(c.to_bytes(32, "big") for c in (self.a, self.b, *self.base)) + self.point(key))
        e = int.from_bytes(self.hash(z + data), "big")
        seed = self.scalar(key) + (e % self.order).to_bytes(32, "big")
        v, k = b"\x01" * 32, b"\x00" * 32
        for step in (b"\x00", b"\x01"):
            k = mac(k, v + step + seed)
            v = mac(k, v)
        v = mac(k, v)
        nonce = int.from_bytes(v, "big")
        assert 0 < nonce < self.order
        r = (e + self.multiply(nonce, self.base)[0]) % self.order
        s = pow(1 + key, -1, self.order) * (nonce - r * key) % self.order
        assert r and s and r + nonce != self.order
        return r, s

    def sign(self, key, label, data):
        r, s = self.numbers(key, label + b"\0" + data)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    def encrypt(self, key, nonce, plaintext, aad):
        sealer = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        sealer.authenticate_additional_data(aad)
        return sealer.update(plaintext) + sealer.finalize() + sealer.tag

    def key_der(self, key):
        inner = der(0x30, der_number(1), der(4, self.scalar(key)), der(0xA1, der(3, b"\0\x04" + self.point(key))))
        return der(0x30, der_number(0), der(0x30, der_oid("1.2.840.10045.2.1"), der_oid(self.curve_oid)), der(4, inner))

    def certificate(self, subject, key, issuer, issuer_key, is_ca):
        def name(text):
            return der(0x30, der(0x31, der(0x30, der_oid("2.5.4.3"), der(12, text.encode()))))

        def extension(oid, value):
            return der(0x30, der_oid(oid), der(1, b"\xff"), der(4, value))

        algorithm = der(0x30, der_oid(self.signature_oid))
        usage = b"\x02\x04" if is_ca else b"\x07\x80"
        extensions = der(0x30, extension("2.5.29.19", der(0x30, der(1, b"\xff") if is_ca else b"")),
                         extension("2.5.29.15", der(3, usage)))
        key_info = der(0x30, der(0x30, der_oid("1.2.840.10045.2.1"), der_oid(self.curve_oid)),
                       der(3, b"\0\x04" + self.point(key)))
        signed = der(0x30, der(0xA0, der_number(2)), der_number(serial(subject)), algorithm, name(issuer),
                     der(0x30, *(der(23, time.strftime("%y%m%d%H%M%SZ").encode()) for time in (BEGIN, END))),
                     name(subject), key_info, der(0xA3, extensions))
        r, s = self.numbers(issuer_key, signed)
        return der(0x30, signed, algorithm, der(3, b"\0" + der(0x30, der_number(r), der_number(s))))


SUITE = {"p256": P256, "sm2": Sm2}[sys.argv[1]]()


def serial(subject):
    return int.from_bytes(fixed("serial " + subject, 15), "big") + 1


def pem(label, data):
    text = base64.b64encode(data).decode()
    lines = "\n".join(text[at:at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n"


def mac(key, data):
    """HMAC (RFC 2104) over the suite's hash; both hashes have blocks of 64 bytes."""
    padded = (key if len(key) <= 64 else SUITE.hash(key)).ljust(64, b"\0")
    inner = SUITE.hash(bytes(byte ^ 0x36 for byte in padded) + data)
    return SUITE.hash(bytes(byte ^ 0x5C for byte in padded) + inner)


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
        self.value = SUITE.hash(b"actorp2p/1 handshake")

    def absorb(self, part):
        self.value = SUITE.hash(self.value + struct.pack("<I", len(part)) + part)


def seal(secret, counter, plaintext, aad):
    iv = int.from_bytes(expand(secret, b"iv", length=12), "big")
    nonce = (iv ^ counter).to_bytes(12, "big")
    return SUITE.encrypt(expand(secret, b"key", length=16), nonce, plaintext, aad)


def main():
    ca = SUITE.private_key("ca")
    nodes = {side: SUITE.private_key(side) for side in ("initiator", "responder")}
    ca_certificate = SUITE.certificate("vector ca", ca, "vector ca", ca, True)
    chains = {side: [SUITE.certificate("vector " + side, key, "vector ca", ca, False)] for side, key in nodes.items()}
    ephemerals = {side: SUITE.private_key("ephemeral " + side) for side in nodes}
    nonces = {side: fixed("nonce " + side) for side in nodes}
    link_nonces = {side: int.from_bytes(fixed("link nonce " + side, 8), "little") for side in nodes}
    epochs = {"initiator": 1767225600000, "responder": 1767225600001}
    binding = fixed("tls binding")
    spki = {side: fixed("spki " + side) for side in nodes}
    network, suites, point = "vector network", SUITE.suites, SUITE.point

    tls = hashlib.sha256(b"actorp2p/1 tls\0" + bytes([len(binding)]) + binding + spki["initiator"] + spki["responder"]).digest()
    suite_list = bytes([len(suites)]) + b"".join(short(suite) for suite in suites)
    message1 = (bytes([1, 1, 1, 1]) + short(SUITE.name) + hashlib.sha256(b"actorp2p/1 network\0" + network.encode()).digest() + tls
                + nonces["initiator"] + point(ephemerals["initiator"]) + suite_list)
    clear2 = bytes([2, 1, 1, 1, 1]) + nonces["responder"] + point(ephemerals["responder"]) + short(suites[0]) + suite_list

    transcript = Transcript()
    transcript.absorb(message1)
    transcript.absorb(clear2)
    agreed = SUITE.agree(ephemerals["initiator"], ephemerals["responder"])
    handshake_secret = mac(transcript.value, agreed)
    role_secrets = {role: expand(handshake_secret, b"handshake", bytes([role])) for role in (1, 2)}
    signatures = {}

    def proof(role, side):
        ders = chains[side]
        encoded = bytes([len(ders)]) + b"".join(struct.pack("<H", len(der)) + der for der in ders)
        claim = struct.pack("<BQQH", role, epochs[side], link_nonces[side], len(encoded)) + encoded
        transcript.absorb(claim)
        signature = SUITE.sign(nodes[side], b"actorp2p/1 handshake " + side.encode(), transcript.value)
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
    fresh = {side: SUITE.private_key("fresh " + side) for side in nodes}
    agreed1 = SUITE.agree(fresh["initiator"], fresh["responder"])
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
            "key_pem": pem("PRIVATE KEY", SUITE.key_der(nodes[side])), "certificate_pem": "".join(pem("CERTIFICATE", item) for item in chains[side]),
            "node_id": point(nodes[side]).hex(), "ephemeral_scalar": SUITE.scalar(ephemerals[side]).hex(),
            "nonce": nonces[side].hex(), "link_nonce": link_nonces[side], "epoch": epochs[side],
            "spki_hash": spki[side].hex(), "signature": signatures[side], "namespace_nonce": opening[side].hex(),
        }

    print(json.dumps({
        "network": network, "suites": suites, "now": "2026-06-01T00:00:00Z", "ca_pem": pem("CERTIFICATE", ca_certificate),
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
            "initiator_scalar": SUITE.scalar(fresh["initiator"]).hex(),
            "responder_scalar": SUITE.scalar(fresh["responder"]).hex(),
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
