// ARCHITECTURE.md's diagram as tables: who may import whom, by which doors packages and node:* come in, what pure code
// may not ask. Changing a table is a design decision, welcome with its reason in the same commit.
// Areas and files are written without the leading `src/`.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join, posix } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')

const LOW = ['base', 'metainfo', 'protocol']
const POLICIES = [...LOW, 'engine/picker', 'engine/choker']
const PARTS = [
  ...POLICIES,
  'engine/peer',
  'engine/discovery',
  'engine/storage',
  'engine/transport',
  'engine/webseed',
]
const SIBLINGS = ['engine', 'library', 'safety', 'community', 'platform']
const CODECS = ['wire', 'mse', 'utp', 'tracker', 'dht', 'lsd', 'natmap', 'catalogue']

/** Each area and what it may import besides itself. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  base: [],
  metainfo: ['base'],
  ...Object.fromEntries(CODECS.map((codec) => [`protocol/${codec}`, ['base']])),
  'engine/picker': LOW,
  'engine/choker': LOW,
  'engine/peer': POLICIES,
  'engine/discovery': POLICIES,
  'engine/storage': POLICIES,
  'engine/transport': LOW,
  'engine/webseed': [...POLICIES, 'engine/peer'],
  'engine/torrent': PARTS,
  'engine/session': [...PARTS, 'engine/torrent'],
  library: LOW,
  safety: LOW,
  community: LOW,
  platform: ['base'],
  api: ['base'],
  daemon: [...LOW, ...SIBLINGS, 'api'],
  // Jobs made of what compose.ts joins lie beside it; what answers over HTTP is closed to cli (HTTP_SIDE).
  cli: ['base', 'api', 'daemon'],
  'index.ts': [...LOW, ...SIBLINGS, 'api', 'daemon'],
  web: ['api'],
  lab: [...LOW, ...SIBLINGS, 'api', 'daemon', 'cli', 'test'],
  test: [...LOW, ...SIBLINGS, 'api', 'daemon', 'cli', 'index.ts', 'web', 'lab'],
}

/** What answers over HTTP: loaded by the daemon only, never by a command that needs an engine of its own. */
const HTTP_SIDE = ['daemon/http', 'daemon/rpc', 'daemon/share-page']

const NODE_DOORS = ['platform', 'library', 'safety', 'community/network', 'daemon', 'cli', 'lab', 'test']

/**
 * The one way out: who may make sockets, or ask for names, each with why it needs no other way. Everybody else has the
 * ports that these fill (src/platform/exit/exit.ts). A new line is a new way past a proxy: it needs the exit.
 */
const SOCKET_MAKERS: Readonly<Record<string, readonly string[]>> = {
  // To the daemon of this state folder, at an address of this very computer: nothing leaves it.
  'cli/daemon-link.ts': ['node:http'],
  'platform/tcp.ts': ['node:net'],
  'platform/udp.ts': ['node:net'],
  'platform/datagram.ts': ['node:dgram'],
  'platform/names.ts': ['node:dns/promises'],
  // Wraps a connection of the one way out, and makes none.
  'platform/keyed-tls.ts': ['node:tls'],
  'platform/http-request.ts': ['node:http', 'node:https'],
  'platform/exit/bound-stream.ts': ['node:net'],
  'platform/exit/device-sockets.ts': ['node:ffi'],
  'platform/exit/http-agents.ts': ['node:http', 'node:https', 'node:tls'],
  'platform/exit/name-servers.ts': ['node:dns'],
  'platform/exit/proxy-exit.ts': ['node:dns/promises'],
  'platform/exit/tunnel.ts': ['node:net'],
  // To a virus scanner at a unix socket of this very computer: nothing leaves it.
  'safety/quarantine/clamd-socket.ts': ['node:net'],
  // Of this very computer, for byte streams between the daemon and its people process; one listens, the other connects: nothing leaves.
  'daemon/community/stream-bridge.ts': ['node:net'],
  'daemon/community/stream-end.ts': ['node:net'],
  // Only listens: page and API (its own door is daemon/http/door.ts).
  'daemon/http/listener.ts': ['node:http'],
  // Only listens, on one address of the local network: the page of a share for phones.
  'daemon/share-page/page-server.ts': ['node:http'],
}
/** Modules that reach the network, and what reaches it without one. */
const NETWORK = /^node:(net|dgram|dns|dns\/promises|http|https|http2|tls|ffi|quic)$/
const NETWORK_GLOBALS = /(?<!get |(?<!globalThis)\.)\b(fetch|WebSocket|EventSource|XMLHttpRequest)\s*\(/

/** The page speaks to the daemon that served it, over what the browser has, in one file. */
const PAGE_DOOR = 'web/src/store/request.ts'

/** Runtime packages, each with the one place it comes in by. */
const PACKAGE_DOORS: Readonly<Record<string, readonly string[]>> = {
  picomatch: ['cli', 'daemon'],
  uqr: ['cli', 'daemon/share-page', 'web'],
  zod: ['api'],
  fastify: ['daemon/http'],
  yazl: ['daemon/share-page'],
  'prom-client': ['daemon/http'],
  trash: ['daemon/transfers'],
  open: ['cli'],
  '@parcel/watcher': ['library/scan'],
  'music-metadata': ['library/facts'],
  exifreader: ['library/facts'],
  'file-type': ['library/facts', 'safety/quarantine'],
  '@secretlint/core': ['safety/sensitive'],
  '@secretlint/secretlint-rule-preset-recommend': ['safety/sensitive'],
  unpdf: ['safety/sensitive'],
  saxes: ['safety/sensitive'],
  stdnum: ['safety/sensitive'],
  // Its list of words: as a detector of wallets, and as the words of a person.
  '@scure/bip39': ['safety/sensitive', 'community/network'],
  yauzl: ['safety'],
  '@noble/ciphers': ['community/network'],
  '@hpke/core': ['community/network'],
  libp2p: ['community/network'],
  '@libp2p/crypto': ['community/network'],
  '@libp2p/interface': ['community/network'],
  '@libp2p/noise': ['community/network'],
  '@libp2p/peer-id': ['community/network'],
  '@libp2p/ping': ['community/network'],
  '@libp2p/utils': ['community/network'],
  '@libp2p/yamux': ['community/network'],
  '@multiformats/multiaddr': ['community/network'],
  jimp: ['safety/preview'],
}
/** The page is bundled: its packages come in anywhere in it, and nowhere else. */
const PAGE_PACKAGES = [
  'vite',
  '@vitejs/plugin-react',
  'react',
  'react-dom',
  'react-aria-components',
  '@tanstack/react-virtual',
]

/** Of community all but its door to libp2p. */
const PURE = [...LOW, 'engine', 'community']
const NOT_PURE = ['community/network']
const IMPURE =
  /\b(Date\.now|Math\.random|performance\.now|new Date\b|set(Timeout|Interval|Immediate)\b|queueMicrotask)/

const LONGEST_LINES = 400
/** Files that are longer, each with its reason. */
const LONG: Readonly<Record<string, string>> = {
  'api/people-routes.ts': 'one table, an entry for each call',
  'api/routes.ts': 'one table, an entry for each call',
  'api/settings.ts': 'one table, an entry for each setting',
  'engine/peer/peer.ts':
    'flags and messages of one connection; pieces, requests, rates and announcing are files of their own',
  'engine/storage/intake.ts':
    'one machine from blocks to verified pieces; splitting it would split its one invariant',
  'engine/storage/recovery.ts': 'each kind of trouble is one method of a page; a few lines over',
  'engine/storage/sync-batch.ts':
    'one order of write, sync and record that must be read in one place; a few lines over',
  'engine/storage/torrent-storage.ts':
    'what a torrent asks of its storage, each a few lines that hand on; a few lines over',
  'engine/torrent/swarm.ts':
    'the host of all peers of a torrent: each duty is a line or two; a few lines over',
  'safety/sensitive/detectors/national-id-kinds.ts': 'one table, an entry for each number',
  'safety/sensitive/words/further-languages.ts': 'one table, an entry for each language',
  'test/corpus/sensitive-files.ts': 'one list, an entry for each kind of private file',
  'lab/sim/disk.ts': 'one port and the ways it can fail; a few lines over',
}

interface Import {
  readonly from: string
  /** A file of ours, or a package or builtin as written. */
  readonly to: string
  readonly ours: boolean
  /** Erased before it runs. */
  readonly typeOnly: boolean
}

const sources = new Map<string, string>()
for (const found of globSync('{src,web,lab,test}/**/*.{ts,tsx}', { cwd: ROOT }).sort()) {
  const path = found.replaceAll('\\', '/')
  if (!path.includes('node_modules/')) sources.set(area(path), readFileSync(join(ROOT, found), 'utf8'))
}
/** Tests beside the code may import anything, as everything in test/ may. */
const code = [...sources].filter(([path]) => !path.endsWith('.test.ts'))
const imports = code.flatMap(([path, source]) => importsOf(path, source))

function area(path: string): string {
  return path.replace(/^src\//, '')
}

/** Static, re-exporting, bare and dynamic imports, and modules started as workers. */
function importsOf(from: string, source: string): Import[] {
  const statements =
    /^(?:import|export)\b( type\b)?[^'"`]*?\bfrom '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)|new URL\('(\.[^']+\.ts)'/gm
  // Relative to the repository, so that a way from lab/ into src/ is followed rightly.
  const folder = posix.dirname(/^(web|lab|test)\//.test(from) ? from : `src/${from}`)
  return [...source.matchAll(statements)].map(([, type, ...specifiers]) => {
    const to = specifiers.find((specifier) => specifier !== undefined) ?? ''
    const ours = to.startsWith('.')
    return { from, to: ours ? area(posix.join(folder, to)) : to, ours, typeOnly: type !== undefined }
  })
}

const within = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)
const inside = (path: string, folders: readonly string[]): boolean =>
  folders.some((folder) => within(path, folder))
const areaOf = (path: string): string | undefined => Object.keys(ARROWS).find((name) => within(path, name))
/** A file of a package (`@scure/bip39/wordlists/english.js`) comes in by the package's door. */
const packageOf = (to: string): string => to.split('/', to.startsWith('@') ? 2 : 1).join('/')
const uncommented = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
/** Also what lies below a package (`react-dom/client`), and what the page's own build makes (`virtual:…`). */
const isPagePackage = (name: string): boolean => name.startsWith('virtual:') || inside(name, PAGE_PACKAGES)
const shown = ({ from, to }: Import): string => `${from} imports ${to}`

test('every source file lies in an area of the house', () => {
  const homeless = [...sources.keys()].filter((path) => areaOf(path) === undefined)
  assert.deepEqual(homeless, [])
  assert.ok(imports.filter(({ ours }) => ours).length > 100, 'the scanner finds imports')
})

test('imports follow the arrows', () => {
  const wrong = imports.filter(({ from, to, ours }) => {
    const own = areaOf(from) ?? ''
    return ours && to !== 'package.json' && !inside(to, [own, ...(ARROWS[own] ?? [])])
  })
  assert.deepEqual(wrong.map(shown), [])
})

test('a command loads nothing that answers over HTTP', () => {
  const wrong = imports.filter(({ from, to }) => within(from, 'cli') && inside(to, HTTP_SIDE))
  assert.deepEqual(wrong.map(shown), [])
})

test('node:* and packages come in by their doors', () => {
  const wrong = imports.filter(({ from, to, ours }) => {
    if (ours || inside(from, ['lab', 'test'])) return false
    if (isBuiltin(to)) return !to.startsWith('node:') || !inside(from, NODE_DOORS)
    return !inside(from, PACKAGE_DOORS[packageOf(to)] ?? []) && !(within(from, 'web') && isPagePackage(to))
  })
  assert.deepEqual(wrong.map(shown), [])
})

test('sockets are made where the one way out is minded', () => {
  const used = code.flatMap(([path, source]) => {
    if (inside(path, ['lab', 'test'])) return []
    const modules = imports.filter(({ from, typeOnly }) => from === path && !typeOnly).map(({ to }) => to)
    const asked = [...source.matchAll(/getBuiltinModule\('([^']+)'\)/g)].map(([, name]) => name ?? '')
    return [...modules, ...asked].filter((name) => NETWORK.test(name)).map((name) => `${path} ${name}`)
  })
  const allowed = Object.entries(SOCKET_MAKERS).flatMap(([path, names]) =>
    names.map((name) => `${path} ${name}`),
  )
  assert.deepEqual([...new Set(used)].sort(), allowed.sort())
  const globals = code.filter(
    ([path, source]) => !inside(path, ['lab', 'test']) && NETWORK_GLOBALS.test(uncommented(source)),
  )
  assert.deepEqual(
    globals.map(([path]) => path),
    [PAGE_DOOR],
  )
})

test('no file needs itself by a detour to be loaded', () => {
  // Types are erased: a part may name the type of the whole it belongs to.
  const loading = imports.filter(({ ours, typeOnly }) => ours && !typeOnly)
  const needed = Map.groupBy(loading, ({ from }) => from)
  const cycles: string[] = []
  const done = new Set<string>()
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '))
    if (done.has(path) || trail.includes(path)) return
    for (const { to } of needed.get(path) ?? []) visit(to, [...trail, path])
    done.add(path)
  }
  for (const path of needed.keys()) visit(path, [])
  assert.deepEqual(cycles, [])
})

test('pure code asks neither clock nor dice', () => {
  const pure = code.filter(([path]) => inside(path, PURE) && !inside(path, NOT_PURE))
  const asking = pure.filter(([, source]) => IMPURE.test(uncommented(source))).map(([path]) => path)
  assert.deepEqual(asking, [])
})

test('a file over 400 lines hides a second noun, or says why not', () => {
  const long = code.filter(([, source]) => source.split('\n').length > LONGEST_LINES).map(([path]) => path)
  const unexplained = long.filter((path) => !Object.hasOwn(LONG, path))
  assert.deepEqual(unexplained, [])
})
