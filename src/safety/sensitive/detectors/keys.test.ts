import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { keyFindings, keyNameFindings, keystoreFindings } from './keys.ts'

const pair = generateKeyPairSync('rsa', { modulusLength: 1_024 })
const what = (text: string) => keyFindings(text)[0]?.data.what

test('private keys of many programs are told by their bodies', () => {
  assert.equal(what(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()), 'pem')
  assert.equal(
    what(
      pair.privateKey
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
    ),
    'pem',
  )
  assert.equal(what(JSON.stringify({ key: pair.privateKey.export({ type: 'pkcs1', format: 'pem' }) })), 'pem')
  assert.equal(what(JSON.stringify(pair.privateKey.export({ format: 'jwk' }))), 'jwk')
  assert.equal(what('[Interface]\nPrivateKey = yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=\n'), 'wireguard')
  assert.equal(what(`AGE-SECRET-KEY-1${'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE'}`), 'age')
})

test('public keys, certificates and texts that only mention a key are quiet', () => {
  assert.equal(what(pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()), undefined)
  assert.equal(what('Paste it between -----BEGIN PRIVATE KEY----- and -----END PRIVATE KEY-----'), undefined)
  assert.equal(what('-----BEGIN RSA PRIVATE KEY-----\n...\n-----END RSA PRIVATE KEY-----'), undefined)
  assert.equal(
    what(`-----BEGIN RSA PRIVATE KEY-----\n${'A'.repeat(200)}\n-----END RSA PRIVATE KEY-----`),
    undefined,
  )
  assert.deepEqual(
    keystoreFindings(Buffer.from(pair.publicKey.export({ type: 'spki', format: 'der' })), 'der', 'a.der'),
    [],
  )
})

test('keys and keystores in binary are told by their first bytes, whatever they are called', () => {
  const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' })
  assert.equal(keystoreFindings(der, 'bin', 'a.bin')[0]?.data.what, 'der')
  assert.equal(
    keystoreFindings(Buffer.from('feedfeed00000002', 'hex'), '', 'a')[0]?.data.what,
    'java-keystore',
  )
  assert.equal(
    keystoreFindings(
      Buffer.from('308209a40201033082096a06092a864886f70d010701a082095b', 'hex'),
      'dat',
      'a.dat',
    )[0]?.data.what,
    'pkcs12',
  )
})

test('a name of a key is enough where the content does not show that it is none', () => {
  assert.equal(keyNameFindings('id_rsa', Buffer.from('\x01\x02\x03'), '').length, 1)
  assert.equal(keyNameFindings('id_rsa.pub', Buffer.from('ssh-rsa AAAA'), 'pub').length, 0)
  assert.equal(keyNameFindings('identity', Buffer.from('A quiet essay about who we are'), '').length, 0)
})
