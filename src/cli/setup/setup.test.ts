import assert from 'node:assert/strict'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, test } from 'node:test'
import { needs } from '../../../test/doubles/require-program.ts'
import { linkCommand, removeLine, unlinkCommand } from './command-link.ts'
import { desktopFile, giveMagnetsBack, takeMagnets } from './magnet-handler.ts'
import { readDone, writeDone } from './setup-record.ts'
import type { Account, Done } from './setup-step.ts'

const folder = mkdtempSync(join(tmpdir(), 'shoal-setup-'))
after(() => rmSync(folder, { recursive: true }))
const launcher = join(folder, 'shoal of mine')
writeFileSync(launcher, '')

function account(more: Partial<Account['environment']> = {}): Account {
  const home = mkdtempSync(join(folder, 'home-'))
  return {
    home,
    environment: { PATH: `/usr/bin:/bin`, HOME: home, SHELL: '/bin/bash', ...more },
    platform: 'linux',
    node: '/opt/node',
    launcher,
  }
}

test('the command is linked, the shell told, and undoing leaves the shell’s file as it was', () => {
  const who = account()
  const shell = join(who.home, '.bashrc')
  writeFileSync(shell, 'alias ll=ls')
  const { done } = linkCommand(who)
  const link = join(who.home, '.local', 'bin', 'shoal')
  assert.equal(readlinkSync(link), launcher)
  assert.match(
    readFileSync(shell, 'utf8'),
    /^alias ll=ls\nexport PATH=\S+\/\.local\/bin:"\$PATH" {2}# added by/,
  )
  assert.deepEqual(
    done.map(({ kind }) => kind),
    ['command', 'shell-line'],
  )
  assert.deepEqual(
    linkCommand(who).done.map(({ kind }) => kind),
    ['shell-line'],
    'the link is there',
  )
  assert.equal(readFileSync(shell, 'utf8').split('added by').length, 2, 'one line')
  for (const step of done) {
    if (step.kind === 'command') unlinkCommand(step)
    if (step.kind === 'shell-line') removeLine(step)
  }
  assert.equal(existsSync(link), false)
  assert.equal(readFileSync(shell, 'utf8'), 'alias ll=ls\n')
})

test('a folder that the shell looks into already needs no line; a command that is there needs nothing', () => {
  const who = account()
  const bin = join(who.home, '.local', 'bin')
  const with_ = { ...who, environment: { ...who.environment, PATH: `${bin}:/usr/bin` } }
  assert.deepEqual(
    linkCommand(with_).done.map(({ kind }) => kind),
    ['command'],
  )
  assert.deepEqual(linkCommand(with_).done, [])
  assert.match(linkCommand(with_).says[0] ?? '', /command already/)
})

test('a command of that name that is not ours is left alone, before and after', () => {
  const who = account()
  const link = join(who.home, '.local', 'bin', 'shoal')
  mkdirSync(dirname(link), { recursive: true })
  writeFileSync(link, 'theirs')
  assert.deepEqual(linkCommand(who).done, [])
  assert.equal(readFileSync(link, 'utf8'), 'theirs')
  assert.match(unlinkCommand({ kind: 'command', path: link, target: launcher }), /left alone/)
  rmSync(link)
  symlinkSync('/bin/sh', link)
  assert.match(unlinkCommand({ kind: 'command', path: link, target: launcher }), /left alone/)
  assert.ok(lstatSync(link).isSymbolicLink())
})

test('magnet links come to Shoal, and go back to whoever had them', async (t) => {
  if (!needs(t, 'xdg-mime', 'xdg-utils')) return
  const who = account({ XDG_CONFIG_HOME: '', XDG_CURRENT_DESKTOP: 'X-Generic' })
  const list = join(who.home, '.config', 'mimeapps.list')
  const applications = join(who.home, '.local', 'share', 'applications')
  mkdirSync(dirname(list), { recursive: true })
  mkdirSync(applications, { recursive: true })
  writeFileSync(
    join(applications, 'other.desktop'),
    '[Desktop Entry]\nType=Application\nName=Other\nExec=true\n',
  )
  writeFileSync(list, '[Default Applications]\nx-scheme-handler/magnet=other.desktop\n')
  const { done } = await takeMagnets(who)
  const file = join(applications, 'shoal.desktop')
  assert.deepEqual(done, [{ kind: 'magnet', path: file, before: 'other.desktop' }])
  assert.match(readFileSync(list, 'utf8'), /magnet=shoal\.desktop/)
  assert.equal(readFileSync(file, 'utf8'), desktopFile(who))
  await giveMagnetsBack(who, done[0] as Extract<Done, { kind: 'magnet' }>)
  assert.match(readFileSync(list, 'utf8'), /magnet=other\.desktop/)
  assert.equal(existsSync(file), false)
})

test('magnet links that nobody had are nobody’s again', async (t) => {
  if (!needs(t, 'xdg-mime', 'xdg-utils')) return
  const who = account({ XDG_CURRENT_DESKTOP: 'X-Generic' })
  const { done } = await takeMagnets(who)
  assert.equal(done.length, 1)
  await giveMagnetsBack(who, done[0] as Extract<Done, { kind: 'magnet' }>)
  assert.doesNotMatch(readFileSync(join(who.home, '.config', 'mimeapps.list'), 'utf8'), /shoal/)
})

test('odd paths are one word to the desktop', () => {
  const text = desktopFile({ node: '/opt/no de', launcher: '/a%b/"c"$d\\e' })
  assert.ok(text.includes('Exec="/opt/no de" "/a%%b/\\\\"c\\\\"\\\\$d\\\\\\\\e" start --get %u\n'), text)
})

test('what was done is kept, and what nobody of ours wrote is not believed', () => {
  const state = join(folder, 'state')
  const done: Done[] = [{ kind: 'shell-line', path: '/home/a/.bashrc', line: 'x' }]
  writeDone(state, done)
  assert.deepEqual(readDone(state), done)
  writeFileSync(
    join(state, 'setup.json'),
    JSON.stringify([...done, { kind: 'command', path: 'rel', target: 'x' }, { kind: 'rm', path: '/' }, null]),
  )
  assert.deepEqual(readDone(state), done)
  writeDone(state, [])
  assert.deepEqual(readDone(state), [])
})

test('where it cannot be done, what to do by hand is said', async () => {
  const windows = { ...account(), platform: 'win32' as const }
  assert.match(linkCommand(windows).says.join('\n'), /npm link/)
  assert.match((await takeMagnets(windows)).says.join('\n'), /reg add/)
  const mac = { ...account(), platform: 'darwin' as const }
  assert.match((await takeMagnets(mac)).says.join('\n'), /paste them/)
})
