import assert from 'node:assert/strict'
import { test } from 'node:test'
import { secretFindings } from './secrets.ts'

const found = async (text: string, name = 'a.txt', code = false) => {
  const [finding] = await secretFindings(text, {
    lowName: name,
    extension: name.split('.').pop() ?? '',
    code,
    quietName: false,
  })
  return finding === undefined ? undefined : `${finding.class} ${finding.data.what}`
}
const RANDOM = 'aZ3kP9qLm2Xv7RtY5wBn8JdF4hGs6CuE1oIi'

test('tokens of services, addresses with passwords and files of programs are told', async () => {
  assert.equal(await found(`key ghp_${RANDOM}`), 'secret github')
  assert.equal(await found('postgres://shop:k3jh4k5jh@db.shop.internal/x'), 'secret url')
  assert.equal(
    await found('root:$6$s4lts1lt$kq3Vx9bN0aPz7LmW2eRt8YuI5oGhJ6dF:19000:0:99999:7:::'),
    'secret shadow',
  )
  assert.equal(await found('machine host.invalid login ana password s3krit-w0rd'), 'secret netrc')
  assert.equal(await found('.a.invalid\tTRUE\t/\tTRUE\t1999999999\tsid\tabcdefgh1234'), 'secret cookies')
})

test('settings with a password are told, examples and variables are not', async () => {
  assert.equal(await found('DB_PASSWORD=hunter2x!', 'app.env'), 'secret assigned')
  assert.equal(await found('password: "Sommer2023"', 'conf.yaml'), 'secret assigned')
  for (const quiet of [
    'DB_PASSWORD=changeme',
    `password: $\{DB_PASSWORD}`,
    'api_key = "YOUR_API_KEY"',
    'token: <your token>',
    'password = ****',
  ]) {
    assert.equal(await found(quiet, 'conf.yaml'), undefined, quiet)
  }
  assert.equal(await found('DB_PASSWORD=hunter2x!', '.env.example'), undefined)
})

test('code speaks of secrets without having them, unless one is written out', async () => {
  assert.equal(
    await found(
      'const token = await getToken(user)\nif (password.length < 8) throw new PasswordError(password)',
      'a.ts',
      true,
    ),
    undefined,
  )
  assert.equal(await found(`const apiKey = "${RANDOM}"`, 'a.ts', true), 'secret assigned')
})

test('notes of passwords are told in many languages, sentences about them are not', async () => {
  for (const note of [
    'Benutzer: ana\nPasswort: hund4711',
    'логин: ana\nпароль: kot12345',
    'usuario: ana\ncontraseña: perro22',
    '帐号：ana\n密码：mao12345',
    'kullanıcı: ana\nşifre: kedi1234',
    'اسم المستخدم: ana\nكلمة المرور: qitta123',
  ]) {
    assert.equal(await found(note), 'password-store notes', note)
  }
  assert.equal(
    await found('The password is hashed before it is stored. Choose a password: it must be long.'),
    undefined,
  )
})
