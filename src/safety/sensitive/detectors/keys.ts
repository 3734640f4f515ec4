// Private keys and keystores by their content. Public keys, certificates and texts that only mention a key's first line are quiet.

import { asLatin1 } from '../file-kind.ts'
import { maybe, type PrivateFinding, sureOf } from '../finding.ts'

/** A body: enough base64 behind the first line that it is no mention of one. */
const PEM = /-----BEGIN ((?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?)-----((?:(?!-----)[\s\S]){60,20000})/g
const BODY_CHARS = 60

export function keyFindings(text: string): PrivateFinding[] {
  if (text.includes('PRIVATE KEY')) {
    for (const [, label, body] of text.replace(/\\n/g, '\n').matchAll(PEM)) {
      const key = (body ?? '').replace(/^[\w-]{1,30}:.*$/gm, '').replace(/[^A-Za-z0-9+/=]/g, '')
      if (key.length >= BODY_CHARS && varied(key))
        return [
          sureOf(
            'private-key',
            label?.includes('BLOCK') ? 'pgp' : label?.includes('OPENSSH') ? 'ssh' : 'pem',
          ),
        ]
    }
  }
  if (/^PuTTY-User-Key-File-\d:/m.test(text) && /^Private-Lines: \d/m.test(text))
    return [sureOf('private-key', 'putty')]
  if (/AGE-SECRET-KEY-1[A-Z0-9]{50,60}/.test(text)) return [sureOf('private-key', 'age')]
  if (
    /^untrusted comment: .{0,80}(?:secret key|encrypted)/im.test(text) &&
    /^RW[A-Za-z0-9+/=]{100,}/m.test(text)
  )
    return [sureOf('private-key', 'minisign')]
  if (/^\s{0,4}PrivateKey\s{0,3}=\s{0,3}[A-Za-z0-9+/]{43}=/m.test(text))
    return [sureOf('private-key', 'wireguard')]
  if (/-----BEGIN OpenVPN Static key V1-----\s{1,4}[0-9a-f]{32}/.test(text))
    return [sureOf('private-key', 'openvpn')]
  if (/---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----/.test(text)) return [sureOf('private-key', 'ssh')]
  if (
    /"kty"\s{0,3}:\s{0,3}"(?:RSA|EC|OKP)"/.test(text) &&
    /"d"\s{0,3}:\s{0,3}"[A-Za-z0-9_-]{20,}"/.test(text)
  )
    return [sureOf('private-key', 'jwk')]
  if (/<RSAKeyValue>[\s\S]{0,4000}<D>[A-Za-z0-9+/=\s]{40,}/.test(text)) return [sureOf('private-key', 'xml')]
  if (/\bPrivate-key-format: v1\.\d/.test(text)) return [sureOf('private-key', 'dnssec')]
  return []
}

function varied(key: string): boolean {
  return (
    new Set(key.slice(0, 200)).size >= 16 && !/(.)\1{15}/.test(key.slice(0, 400).replace(/[A]{10,}/g, 'A'))
  )
}

const KEYSTORE_EXTENSIONS = new Set(
  'p12 pfx jks keystore bks ks jceks p8 ppk kdb gpg pgp skr agekey keytab p7e'.split(' '),
)

/** Of files that are no text. */
export function keystoreFindings(head: Uint8Array, extension: string, name: string): PrivateFinding[] {
  const start = asLatin1(head, 0, 64)
  if (start.startsWith('\xfe\xed\xfe\xed')) return [sureOf('private-key', 'java-keystore')]
  if (start.startsWith('\xce\xce\xce\xce')) return [sureOf('private-key', 'java-keystore')]
  if (start.startsWith('kych') || start.startsWith('kych\0'))
    return [sureOf('password-store', 'apple-keychain')]
  if (start.startsWith('\x05\x02\0\0') && extension === 'keytab') return [sureOf('private-key', 'kerberos')]
  if (
    start.startsWith('\0\0\0\x02\0\0\0\x14') ||
    (start.startsWith('\0\0\0\x01\0\0\0\x14') && extension !== '')
  ) {
    if (/^(?:bks|keystore|ks|uber)$/.test(extension)) return [sureOf('private-key', 'bouncy-castle')]
  }
  if (isPkcs12(head)) return [sureOf('private-key', 'pkcs12')]
  if (isPkcs8Der(head)) return [sureOf('private-key', 'der')]
  // OpenPGP packets in binary: secret key (tag 5), secret subkey (tag 7).
  const tag = head[0] ?? 0
  const packet = (tag & 0xc0) === 0xc0 ? tag & 0x3f : (tag & 0xc0) === 0x80 ? (tag >> 2) & 0x0f : -1
  if ((packet === 5 || packet === 7) && /^(?:gpg|pgp|key|skr|sec|asc|kbx|)$/.test(extension)) {
    const version = head[(tag & 0x40) === 0 ? ((tag & 3) === 0 ? 2 : 3) : (head[1] ?? 0) < 192 ? 2 : 3]
    if (version === 4 || version === 5 || version === 6) return [sureOf('private-key', 'pgp')]
  }
  if (KEYSTORE_EXTENSIONS.has(extension) && !/^(?:gpg|pgp|kdb)$/.test(extension))
    return [maybe('private-key', 'keystore-name', { ending: extension })]
  if (/^(?:debug|release|upload)\.keystore$/.test(name)) return [sureOf('private-key', 'android')]
  return []
}

/** SEQUENCE { INTEGER 3, SEQUENCE { OID 1.2.840.113549.1.7.1 or .2 … */
function isPkcs12(head: Uint8Array): boolean {
  const start = asLatin1(head, 0, 48)
  return (
    start.startsWith('\x30') &&
    /\x02\x01\x03\x30/.test(start.slice(0, 14)) &&
    start.includes('\x2a\x86\x48\x86\xf7\x0d\x01\x07')
  )
}

/** SEQUENCE { INTEGER 0, … : PKCS#8, PKCS#1 and EC keys in DER; certificates begin otherwise. */
function isPkcs8Der(head: Uint8Array): boolean {
  const start = asLatin1(head, 0, 64)
  if (!/^\x30(?:\x82[\s\S]{2}|\x81[\s\S]|[\x20-\x7f])\x02\x01[\x00\x01]/.test(start)) return false
  if (
    start.includes('\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01') ||
    start.includes('\x2a\x86\x48\xce\x3d\x02\x01') ||
    start.includes('\x06\x03\x2b\x65')
  )
    return true
  return (
    /^\x30\x82[\s\S]{2}\x02\x01\x00\x02\x82[\x01\x02][\x00\x01]\x00/.test(start) ||
    /^\x30[\x20-\x7f]\x02\x01\x01\x04[\x20\x30\x42]/.test(start)
  )
}

/** Names under which programs keep keys; content is looked at besides. */
const KEY_NAMES =
  /^(?:id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?(?:[._-].*)?|identity|.*_(?:rsa|ed25519|ecdsa)|ssh_host_.*_key|secring\.gpg|.*\.(?:ppk|p8)|authkey_.*\.p8|wg\d+\.conf|.*\.wgconf|private[-_.]?key.*|privkey\d*\.pem|server\.key|.*[-_.]private\.(?:key|pem)|.*\.ovpn|.*\.skr|trusted\.key|release-key.*)$/

export function keyNameFindings(lowName: string, head: Uint8Array, extension: string): PrivateFinding[] {
  if (!KEY_NAMES.test(lowName) || /\.pub$|known_hosts|public/.test(lowName)) return []
  const start = asLatin1(head, 0, 400)
  // What shows itself as public, or as prose, or as code, is what it shows.
  if (
    /^(?:ssh-|ecdsa-|-----BEGIN (?:CERTIFICATE|PUBLIC|RSA PUBLIC))/.test(start) ||
    /^(?:md|txt|html|pdf|js|ts|py|go|c|h|rs|java|rb|php|jpg|png)$/.test(extension)
  )
    return []
  if (extension === 'ovpn' && !/<(?:key|tls-auth|secret|tls-crypt)>|auth-user-pass/.test(asLatin1(head)))
    return []
  if (/^wg\d+\.conf$/.test(lowName)) return []
  if (head.length === 0 || /[a-z]{4,} [a-z]{2,} [a-z]{2,} [a-z]{2,}/i.test(start)) return []
  return [maybe('private-key', 'name')]
}
