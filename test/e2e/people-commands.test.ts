// Two people at two real daemons by the command line alone: a circle, an invite, a chat between programs.

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { until } from '../../lab/netns/until.ts'
import { DaemonLine } from './daemon-line.ts'

const line = new DaemonLine()
after(() => line.close())

const PATIENCE = { deadlineMs: 60_000, everyMs: 200 }

test('a circle is made, joined by its link, and talked in by programs', {
  timeout: 120_000,
}, async () => {
  const [ana, ben] = [line.state(), line.state()]
  const unnamed = await line.do(ana, 'circle', 'new', 'Band')
  assert.deepEqual([unnamed.code, (unnamed.last.error as { code: string }).code], [2, 'NAME_NEEDED'])
  const made = await line.do(ana, 'circle', 'new', 'Band', '--name', 'Ana')
  assert.equal(made.code, 0, JSON.stringify(made.last))
  const invite = await line.do(ana, 'circle', 'invite', 'band')
  assert.equal(invite.code, 0, JSON.stringify(invite.last))
  const link = String(invite.last.link)
  const got = await line.do(ben, 'get', link)
  assert.equal((got.last.error as { code: string }).code, 'LINK_FOR_PEOPLE')
  const joined = await line.do(ben, 'circle', 'join', link, '--name', 'Ben')
  assert.deepEqual([joined.code, joined.last.step], [0, 'joined'])

  const bot = line.run(ana, ['chat', 'Band', '--follow'])
  await bot.said('conversation')
  const me = await line.do(ana, 'me')
  const words = JSON.stringify({ ref: 1, text: 'hello', mentions: [me.last.person] })
  const said = await line.run(ben, ['chat', 'Band'], { stdin: `${words}\n` }).ended()
  assert.equal(said.code, 0)
  assert.ok(said.lines.some(({ event, ref }) => event === 'done' && ref === 1))
  const heard = await bot.said('message')
  const message = heard.message as { text: string; authorName: string; mentionsMe: boolean }
  assert.deepEqual([message.text, message.authorName, message.mentionsMe], ['hello', 'Ben', true])
  await bot.stop('SIGTERM')

  await until(
    'the answer is with Ben',
    async () => {
      const { last } = await line.do(ben, 'chat', 'Band', '--find', 'hello')
      return (last.messages as { where: string }[]).some(({ where }) => where === 'delivered')
    },
    PATIENCE,
  )
  const members = await line.plain(ana, ['circle', 'members', 'Band'])
  assert.match(members.stdout, /Ana \(you\) +owner[\s\S]*Ben +member/)
  const list = await line.plain(ben, ['chat'])
  assert.match(list.stdout, /Band\//)
})

test('a file is sent to a circle, and got by a program that lives in it', { timeout: 180_000 }, async () => {
  const [ana, ben] = [line.state(), line.state()]
  assert.equal((await line.do(ana, 'circle', 'new', 'Files', '--name', 'Ana')).code, 0)
  const { last } = await line.do(ana, 'circle', 'invite', 'Files')
  const joined = await line.do(ben, 'circle', 'join', String(last.link), '--name', 'Ben')
  assert.equal(joined.code, 0, JSON.stringify(joined.last))
  const file = join(line.folder, 'song.txt')
  writeFileSync(file, 'la la la\n')
  const bot = line.run(ben, ['chat', 'Files', '--follow'])
  await bot.said('opened')
  const sent = await line.do(ana, 'send', 'Files', file)
  assert.equal(sent.code, 0, JSON.stringify(sent.last))
  const heard = await bot.said('message', ({ message }) => message.file !== null)
  const { id, file: card } = heard.message as { id: string; file: { name: string; state: string } }
  assert.deepEqual([card.name, card.state], ['song.txt', 'offered'])
  const folder = join(line.folder, 'got')
  bot.program.write(JSON.stringify({ ref: 1, do: 'get', message: id, folder }))
  await bot.said('done', ({ ref }) => ref === 1)
  const got = await bot.said('message', ({ message }) => message.id === id && message.file.state === 'got')
  await bot.stop('SIGTERM')
  assert.equal(readFileSync(got.message.file.saved, 'utf8'), 'la la la\n')
})
