// A certificate made on the spot for a TLS server on loopback: no key lies in the repository, no program is needed.
// X.509 v3 (RFC 5280) in DER, self-signed with ECDSA P-256, valid for one name, 127.0.0.1 and one more IPv4 address.

import { generateKeyPairSync, sign } from 'node:crypto'

export interface SelfSigned {
  readonly certificate: string
  readonly key: string
}

export function selfSigned(name: string, address = '127.0.0.1'): SelfSigned {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02))
  const subject = sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), der(0x0c, Buffer.from(name)))))
  const subjectAltName = sequence(
    oid(0x55, 0x1d, 0x11),
    der(
      0x04,
      sequence(
        der(0x82, Buffer.from(name)),
        der(0x87, Buffer.from([127, 0, 0, 1])),
        der(0x87, Buffer.from(address.split('.').map(Number))),
      ),
    ),
  )
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    subject,
    sequence(der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z'))),
    subject,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(subjectAltName)),
  )
  const signature = sign('sha256', toBeSigned, pair.privateKey)
  const certificate = sequence(
    toBeSigned,
    ecdsaWithSha256,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  )
  const body = certificate.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()
  return {
    certificate: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}

function der(tag: number, content: Uint8Array): Buffer {
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...size]), content])
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, Buffer.concat(parts))
}

function oid(...bytes: readonly number[]): Buffer {
  return der(0x06, Buffer.from(bytes))
}
