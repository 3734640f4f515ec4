// bin/shoal from every side: any Node, any folder, by path, link and npx, with and without its own copy of Node.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, sep } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { after, test } from 'node:test'

const ROOT = join(import.meta.dirname, '..', '..')
const BIN = join(ROOT, 'bin', 'shoal')
const WINDOWS = process.platform === 'win32'
const ON_POSIX = WINDOWS && 'symbolic links and signals are those of POSIX systems'

const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'shoal-bin-')))
after(() => rmSync(temporary, { recursive: true }))

/** Loaded first, makes a Node say that it is an old one; what it starts is not affected. */
const pretendOld = join(temporary, 'pretend-old.cjs')
writeFileSync(pretendOld, "Object.defineProperty(process.versions, 'node', { value: '18.19.1' })\n")

/** A fit Node (the one these tests run on) and an old one, each as the words that start it. */
const FIT = [process.execPath]
const OLD = [process.execPath, '--require', pretendOld]

interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface Surroundings {
  readonly [name: string]: string
}

async function run(words: readonly string[], cwd = temporary, env: Surroundings = {}): Promise<Ended> {
  const child = start(words, cwd, env)
  const [stdout, stderr, [code, signal]] = await Promise.all([
    read(child.stdout),
    read(child.stderr),
    once(child, 'close'),
  ])
  return { code, signal, stdout, stderr }
}

function start(words: readonly string[], cwd = temporary, env: Surroundings = {}): ChildProcess {
  const [program = '', ...args] = words
  const environment = Object.entries(process.env).filter(([name]) => !name.startsWith('SHOAL_'))
  return spawn(program, args, {
    cwd,
    env: { ...Object.fromEntries(environment), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? Promise.resolve('') : text(stream)
}

/** A tree with a copy of bin and, as its command line, `main`. */
function tree(name: string, main = ''): string {
  const root = join(temporary, name)
  mkdirSync(join(root, 'src', 'cli'), { recursive: true })
  cpSync(join(ROOT, 'bin'), join(root, 'bin'), { recursive: true })
  writeFileSync(join(root, 'package.json'), '{"type":"module"}')
  writeFileSync(join(root, 'src', 'cli', 'main.ts'), main)
  return root
}

/** A real Node of the system's that is too old, if there is one beside ours. */
async function systemNode(): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const node = join(folder, WINDOWS ? 'node.exe' : 'node')
    if (folder.includes(`${sep}node_modules${sep}`) || !existsSync(node)) continue
    const { stdout } = await run([node, '--version'])
    if (Number(/^v(\d+)/.exec(stdout)?.[1]) < 24) return node
  }
  return undefined
}

const old = await systemNode()
const nodes: readonly [string, readonly string[]][] = [
  ['a fit Node', FIT],
  ['an old Node', OLD],
  ...(old === undefined ? [] : [["the system's own old Node", [old]] as [string, readonly string[]]]),
]

for (const [name, node] of nodes) {
  test(`started by path from another folder on ${name}, it runs on a fit one`, async () => {
    const { code, stdout, stderr } = await run([...node, BIN, 'version', '--json'])
    assert.equal(stderr, '')
    assert.equal(code, 0)
    assert.ok(Number.parseInt(JSON.parse(stdout).node, 10) >= 24, stdout)
  })

  test(`started by a symbolic link on ${name}, it finds its own place`, { skip: ON_POSIX }, async () => {
    const link = join(temporary, `link-${nodes.findIndex(([other]) => other === name)}`)
    symlinkSync(BIN, link)
    const { code, stdout } = await run([...node, link, 'version'])
    assert.match(stdout, /^shoal /)
    assert.equal(code, 0)
  })

  test(`on ${name} the exit code of the command is the exit code`, async () => {
    const { code, stderr } = await run([...node, BIN, 'verzion'])
    assert.equal(code, 2)
    assert.match(stderr, /Did you mean `shoal version`\? \[COMMAND_UNKNOWN\]/)
  })
}

test('what Node compiled is kept in the cache folder of the user', { skip: ON_POSIX }, async () => {
  const cache = join(temporary, 'cache')
  mkdirSync(cache)
  const surroundings = { XDG_CACHE_HOME: cache, HOME: temporary, NODE_COMPILE_CACHE: '' }
  const { code, stderr } = await run([...FIT, BIN, 'version'], temporary, surroundings)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const place = process.platform === 'darwin' ? 'Library/Caches/Shoal/compiled' : 'cache/shoal/compiled'
  assert.equal(readdirSync(join(temporary, place)).length, 1)
})

test('without a home, or with one that takes nothing, it starts all the same', {
  skip: ON_POSIX,
}, async () => {
  for (const home of ['/nonexistent', '/dev/null', '/proc']) {
    const surroundings = { HOME: home, XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' }
    const { code, stdout, stderr } = await run([...FIT, BIN, 'version'], temporary, surroundings)
    assert.match(stdout, /^shoal /)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, home)
  }
})

test('the file itself can be executed', { skip: ON_POSIX }, async () => {
  const { code, stdout } = await run([BIN, 'version'])
  assert.match(stdout, /^shoal /)
  assert.equal(code, 0)
})

test('npx in the repository starts it', async () => {
  const { code, stdout, stderr } = await run([WINDOWS ? 'npx.cmd' : 'npx', '--no', 'shoal', 'version'], ROOT)
  assert.match(stdout, /^shoal /, stderr)
  assert.equal(code, 0)
})

test('where nothing fit is installed it says what is missing and how to mend it', async () => {
  const root = tree('nothing')
  const { code, stdout, stderr } = await run([...OLD, join(root, 'bin', 'shoal'), 'get', 'x'])
  const sentence = `Shoal needs Node 24; this is 18.19 and its own copy is not installed. Run \`npm ci\` in ${root}.`
  assert.equal(stderr, `${sentence} [NODE_TOO_OLD]\n`)
  assert.equal(stdout, '')
  assert.equal(code, 1)
})

test('under --json what is missing is the error object too, but not after two dashes', async () => {
  const bin = join(tree('nothing-json'), 'bin', 'shoal')
  const { code, stdout } = await run([...OLD, bin, 'get', '--json', 'x'])
  const { error } = JSON.parse(stdout)
  assert.equal(error.code, 'NODE_TOO_OLD')
  assert.match(error.message, /Node 24/)
  assert.match(error.help, /npm ci/)
  assert.equal(code, 1)
  assert.equal((await run([...OLD, bin, 'get', '--', '--json'])).stdout, '')
  for (const yes of ['1', 'true', 'on']) {
    const { stdout } = await run([...OLD, bin, 'get'], temporary, { SHOAL_JSON: yes })
    assert.equal(JSON.parse(stdout).error.code, 'NODE_TOO_OLD', yes)
  }
})

test('a copy of Node in a folder above is found, as when Shoal is a dependency', {
  skip: ON_POSIX,
}, async () => {
  const root = tree(
    'above/vendor/shoal',
    'export const main = async () => { console.log(process.version); return 7 }',
  )
  symlinkSync(join(ROOT, 'node_modules'), join(temporary, 'above', 'node_modules'))
  const { code, stdout } = await run([...OLD, join(root, 'bin', 'shoal')])
  assert.match(stdout, /^v\d+/)
  assert.equal(code, 7)
})

test('a copy that is itself too old is not used', { skip: ON_POSIX }, async () => {
  const root = tree('stale')
  const home = join(
    root,
    'node_modules',
    `node-${process.platform === 'darwin' && process.arch === 'arm64' ? 'bin-' : ''}${process.platform}-${process.arch}`,
  )
  mkdirSync(join(home, 'bin'), { recursive: true })
  writeFileSync(join(home, 'package.json'), '{"version":"22.0.0"}')
  writeFileSync(join(home, 'bin', 'node'), '#!/bin/sh\necho used\n')
  chmodSync(join(home, 'bin', 'node'), 0o755)
  const { stdout, stderr } = await run([...OLD, join(root, 'bin', 'shoal')])
  assert.equal(stdout, '')
  assert.match(stderr, /\[NODE_TOO_OLD\]/)
})

test('a source that does not load is one sentence, not a stack trace', async () => {
  const root = tree('broken', "import 'no-such-package'")
  const { code, stderr } = await run([...FIT, join(root, 'bin', 'shoal')])
  assert.match(stderr, /^Shoal does not start from .*no-such-package.*\[NOT_INSTALLED\]\n$/)
  assert.equal(code, 1)
})

const WAITS = `export const main = () => new Promise(() => {
  if (process.argv.includes('handles')) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
      process.on(signal, () => { console.log('heard ' + signal); process.exit(43) })
    }
  }
  setInterval(() => {}, 60_000)
  console.log('ready')
})`

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`${signal} reaches the command on the fit Node, and its end is passed on`, {
    skip: ON_POSIX,
  }, async () => {
    const root = tree(`waits-${signal}`, WAITS)
    symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'))
    const bin = join(root, 'bin', 'shoal')
    const handled = await interrupted([...OLD, bin, 'handles'], signal)
    assert.deepEqual(handled, { lines: ['ready', `heard ${signal}`], code: 43, signal: null })
    const unhandled = await interrupted([...OLD, bin], signal)
    assert.deepEqual(unhandled, { lines: ['ready'], code: null, signal })
  })
}

async function interrupted(words: readonly string[], signal: NodeJS.Signals) {
  const child = start(words)
  const lines: string[] = []
  const closed = once(child, 'close')
  assert.ok(child.stdout !== null)
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    if (line === 'ready') child.kill(signal)
  })
  const [code, ended] = await closed
  return { lines, code, signal: ended }
}
