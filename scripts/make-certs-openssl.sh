#!/usr/bin/env bash
# Makes CA -> agency -> node certificates with the openssl command line, as a consortium that has its own PKI would.
# usage: scripts/make-certs-openssl.sh OUT_DIR [p256|secp256k1] [NODES]
# makes: OUT_DIR/ca.key ca.crt agency.key agency.crt, OUT_DIR/node<i>/{node.key,node.crt,ca.crt}
set -euo pipefail

if [ $# -lt 1 ] || [ $# -gt 3 ]; then
  echo "usage: $0 OUT_DIR [p256|secp256k1] [NODES]" >&2
  exit 2
fi

out=$1
nodes=${3:-4}
case "${2:-p256}" in
  p256) curve=prime256v1 ;;
  secp256k1) curve=secp256k1 ;;
  *) echo "unknown curve '$2': p256 or secp256k1" >&2; exit 2 ;;
esac
case "$nodes" in
  ''|*[!0-9]*|0) echo "NODES is a number above 0, not '$nodes'" >&2; exit 2 ;;
esac

umask 077
mkdir -p "$out"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# $1: file of the new key
make_key() {
  openssl genpkey -algorithm EC -pkeyopt "ec_paramgen_curve:$curve" -pkeyopt ec_param_enc:named_curve -out "$1"
}

cat > "$work/ca.ext" <<'EXT'
[req]
distinguished_name = name
prompt = no
x509_extensions = root
[name]
CN = openssl ca
OU = chain
[root]
basicConstraints = critical, CA:TRUE, pathlen:1
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[agency]
basicConstraints = critical, CA:TRUE, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[node]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth, clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = DNS:localhost, IP:127.0.0.1, IP:::1
EXT

make_key "$out/ca.key"
openssl req -new -x509 -sha256 -days 3650 -key "$out/ca.key" -config "$work/ca.ext" -out "$out/ca.crt"

# $1: subject, $2: key, $3: section, $4: issuer certificate, $5: issuer key, $6: days, $7: new certificate
sign() {
  openssl req -new -sha256 -subj "$1" -key "$2" -config "$work/ca.ext" -out "$work/request.csr"
  openssl x509 -req -sha256 -in "$work/request.csr" -days "$6" -CA "$4" -CAkey "$5" -set_serial "0x4$(openssl rand -hex 15)" \
    -extfile "$work/ca.ext" -extensions "$3" -out "$7" 2> "$work/log" || { cat "$work/log" >&2; return 1; }
}

make_key "$out/agency.key"
sign "/CN=openssl agency/OU=agency" "$out/agency.key" agency "$out/ca.crt" "$out/ca.key" 3650 "$out/agency.crt"

for ((i = 0; i < nodes; i++)); do
  node="$out/node$i"
  mkdir -p "$node"
  make_key "$node/node.key"
  sign "/CN=node$i/OU=node" "$node/node.key" node "$out/agency.crt" "$out/agency.key" 365 "$work/leaf.crt"
  cat "$work/leaf.crt" "$out/agency.crt" > "$node/node.crt"
  cp "$out/ca.crt" "$node/ca.crt"
done
