// Every setting: key, meaning, default, bounds. The daemon reads its file by it, the command line and the page show it.
// A value is validated here once; whoever uses a setting need not ask again.

import { z } from 'zod'
import { AbsolutePath, Limit, MAX_PATH_CHARACTERS } from './schemas/primitives.ts'

export type SettingSection = 'saving' | 'speed' | 'sharing' | 'checks' | 'people' | 'network' | 'server'
/** How it is shown and typed. */
export type SettingKind =
  | 'switch'
  | 'path'
  | 'paths'
  | 'rate'
  | 'count'
  | 'duration'
  | 'number'
  | 'choice'
  | 'text'
  | 'texts'
  | 'schedule'

interface Definition<Value> {
  readonly section: SettingSection
  readonly kind: SettingKind
  readonly schema: z.ZodType<Value>
  readonly default: Value
  readonly title: string
  readonly summary: string
  /** Applies at once without anybody noticing, or connections are made anew. */
  readonly takes: 'at-once' | 'reconnects' | 'restart'
}

function setting<Value>(definition: Definition<Value>): Definition<Value> {
  return definition
}

const flag = (on: boolean, rest: Omit<Definition<boolean>, 'kind' | 'schema' | 'default'>) =>
  setting({ ...rest, kind: 'switch', schema: z.boolean(), default: on })
const Port = z.number().int().min(0).max(65_535)
const Texts = z.array(z.string().min(1).max(2_048)).max(1_000)
const Paths = z.array(AbsolutePath).max(1_000)
/** `mon-fri 08:00-17:30`, several divided by commas. */
const Schedule = z
  .string()
  .max(500)
  .regex(
    /^(|((mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))? ([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d(, ?|$))+)$/,
  )

export const SETTINGS = {
  'saving.folder': setting({
    section: 'saving',
    kind: 'path',
    schema: z.string().max(MAX_PATH_CHARACTERS),
    default: '',
    title: 'Save to',
    summary: 'the folder for what is got; empty: Shoal in the Downloads folder',
    takes: 'at-once',
  }),
  'saving.preallocate': flag(false, {
    section: 'saving',
    title: 'Reserve the whole size at once',
    summary: 'slower to begin, and a full disk is noticed before it is full',
    takes: 'at-once',
  }),
  'saving.maxActive': setting({
    section: 'saving',
    kind: 'count',
    schema: z.number().int().min(1).max(10_000),
    default: 8,
    title: 'Get at the same time',
    summary: 'how many transfers may get; the others wait for their turn',
    takes: 'at-once',
  }),
  'speed.down': setting({
    section: 'speed',
    kind: 'rate',
    schema: Limit,
    default: null as number | null,
    title: 'Download limit',
    summary: 'bytes a second, all transfers together',
    takes: 'at-once',
  }),
  'speed.up': setting({
    section: 'speed',
    kind: 'rate',
    schema: Limit,
    default: null as number | null,
    title: 'Upload limit',
    summary: 'bytes a second, all transfers together',
    takes: 'at-once',
  }),
  'speed.slowDown': setting({
    section: 'speed',
    kind: 'rate',
    schema: Limit,
    default: 1_000_000 as number | null,
    title: 'Slower download limit',
    summary: 'instead of the download limit while the slower limits are on',
    takes: 'at-once',
  }),
  'speed.slowUp': setting({
    section: 'speed',
    kind: 'rate',
    schema: Limit,
    default: 250_000 as number | null,
    title: 'Slower upload limit',
    summary: 'instead of the upload limit while the slower limits are on',
    takes: 'at-once',
  }),
  'speed.slow': flag(false, {
    section: 'speed',
    title: 'Slower limits',
    summary: 'on until switched off',
    takes: 'at-once',
  }),
  'speed.slowTimes': setting({
    section: 'speed',
    kind: 'schedule',
    schema: Schedule,
    default: '',
    title: 'Times of the slower limits',
    summary: 'such as mon-fri 08:00-17:30; several divided by commas, by the clock of this computer',
    takes: 'at-once',
  }),
  'sharing.ratio': setting({
    section: 'sharing',
    kind: 'number',
    schema: z.number().min(0).max(10_000).nullable(),
    default: 1 as number | null,
    title: 'Give until this many times the size is given',
    summary: 'for what was got; nothing: no such bound',
    takes: 'at-once',
  }),
  'sharing.seconds': setting({
    section: 'sharing',
    kind: 'duration',
    schema: z.number().int().min(0).max(1e10).nullable(),
    default: (7 * 86_400) as number | null,
    title: 'Give for this long',
    summary: 'for what was got; nothing: no such bound',
    takes: 'at-once',
  }),
  'sharing.copies': setting({
    section: 'sharing',
    kind: 'number',
    schema: z.number().min(0).max(1_000).nullable(),
    default: null as number | null,
    title: 'Give until this many copies are elsewhere',
    summary: 'for what was got; nothing: no such bound',
    takes: 'at-once',
  }),
  'sharing.maxActive': setting({
    section: 'sharing',
    kind: 'count',
    schema: z.number().int().min(1).max(100_000),
    default: 200,
    title: 'Give at the same time',
    summary: 'how many transfers may give; the others wait for their turn',
    takes: 'at-once',
  }),
  'network.port': setting({
    section: 'network',
    kind: 'count',
    schema: Port,
    default: 0,
    title: 'Port for others',
    summary: 'TCP and UDP; 0: one that was free at the first start, and stays',
    takes: 'reconnects',
  }),
  'network.bind': setting({
    section: 'network',
    kind: 'text',
    schema: z.string().max(100),
    default: '',
    title: 'Listen on this address only',
    summary: 'empty: on all of them',
    takes: 'reconnects',
  }),
  'network.interface': setting({
    section: 'network',
    kind: 'text',
    schema: z.string().max(100),
    default: '',
    title: 'Use this interface only',
    summary: 'such as tun0; when it is gone nothing leaves by another',
    takes: 'reconnects',
  }),
  'network.proxy': setting({
    section: 'network',
    kind: 'text',
    schema: z.string().max(2_048),
    default: '',
    title: 'Proxy',
    summary: 'socks5:// or http:// address; when it does not answer nothing goes around it',
    takes: 'reconnects',
  }),
  'network.encryption': setting({
    section: 'network',
    kind: 'choice',
    schema: z.enum(['prefer', 'require', 'off']),
    default: 'prefer' as 'prefer' | 'require' | 'off',
    title: 'Encryption between peers',
    summary: 'prefer, require or off',
    takes: 'reconnects',
  }),
  'network.dht': flag(true, {
    section: 'network',
    title: 'Look for others in the DHT',
    summary: 'the network of all clients; private transfers never are in it',
    takes: 'reconnects',
  }),
  'network.dhtRouters': setting({
    section: 'network',
    kind: 'texts',
    schema: Texts.nullable(),
    default: null as string[] | null,
    title: 'First nodes of the DHT',
    summary: 'asked when nobody else answers; nothing: the usual public ones; an empty list: none',
    takes: 'reconnects',
  }),
  'network.lan': flag(true, {
    section: 'network',
    title: 'Look for others on this network',
    summary: 'by multicast',
    takes: 'reconnects',
  }),
  'network.pex': flag(true, {
    section: 'network',
    title: 'Exchange addresses with others',
    summary: 'holds for what is added from now on',
    takes: 'at-once',
  }),
  'network.utp': flag(true, {
    section: 'network',
    title: 'Connect over UDP too',
    summary: 'uTP, which gives way to other traffic',
    takes: 'reconnects',
  }),
  'network.portMapping': flag(true, {
    section: 'network',
    title: 'Ask the router to let others in',
    summary: 'UPnP, NAT-PMP and PCP',
    takes: 'reconnects',
  }),
  'network.maxConnections': setting({
    section: 'network',
    kind: 'count',
    schema: z.number().int().min(4).max(20_000),
    default: 200,
    title: 'Connections in all',
    summary: 'more costs memory and descriptors',
    takes: 'reconnects',
  }),
  'network.maxPeers': setting({
    section: 'network',
    kind: 'count',
    schema: z.number().int().min(1).max(10_000),
    default: 50,
    title: 'Connections of one transfer',
    summary: 'holds for what is added from now on',
    takes: 'at-once',
  }),
  'network.ipFilters': setting({
    section: 'network',
    kind: 'paths',
    schema: Paths,
    default: [] as string[],
    title: 'Lists of addresses not to be met',
    summary: 'files in the formats of eMule, PeerGuardian or CIDR, also packed',
    takes: 'reconnects',
  }),
  'checks.scanner': setting({
    section: 'checks',
    kind: 'text',
    schema: z
      .string()
      .max(200)
      .regex(/^(auto|off|\/.+)$/),
    default: 'auto',
    title: 'Virus scanner',
    summary: 'auto looks for ClamAV; off; or the path of its socket',
    takes: 'at-once',
  }),
  'people.on': flag(true, {
    section: 'people',
    title: 'People and circles',
    summary: 'off: nobody is reached and nobody reaches you; what you have stays',
    takes: 'at-once',
  }),
  'people.port': setting({
    section: 'people',
    kind: 'count',
    schema: Port,
    default: 0,
    title: 'Port for people',
    summary: 'TCP and UDP; 0: one that was free at the first start, and stays',
    takes: 'at-once',
  }),
  'people.visible': setting({
    section: 'people',
    kind: 'choice',
    schema: z.enum(['everyone', 'contacts', 'off']),
    default: 'contacts' as 'everyone' | 'contacts' | 'off',
    title: 'Who near you sees this device',
    summary: 'everyone on this network, contacts, or off',
    takes: 'at-once',
  }),
  'people.typing': flag(false, {
    section: 'people',
    title: 'Show when you are writing',
    summary: 'to those you write to, for some seconds; off: it is not sent',
    takes: 'at-once',
  }),
  'server.host': setting({
    section: 'server',
    kind: 'text',
    schema: z.string().min(1).max(100),
    default: '127.0.0.1',
    title: 'Address of the page and API',
    summary: 'another one than loopback needs server.remote',
    takes: 'restart',
  }),
  'server.port': setting({
    section: 'server',
    kind: 'count',
    schema: Port,
    default: 7_417,
    title: 'Port of the page and API',
    summary: 'another free one is taken when it is in use, unless you set it',
    takes: 'restart',
  }),
  'server.names': setting({
    section: 'server',
    kind: 'texts',
    schema: Texts,
    default: [] as string[],
    title: 'Names of this server',
    summary: 'host names, with a port if any, under which a reverse proxy is reached',
    takes: 'at-once',
  }),
  'server.remote': flag(false, {
    section: 'server',
    title: 'Be reached from other computers',
    summary: 'only behind TLS: through a reverse proxy, or inside a container',
    takes: 'restart',
  }),
  'server.roots': setting({
    section: 'server',
    kind: 'paths',
    schema: Paths,
    default: [] as string[],
    title: 'Folders that the page may use',
    summary: 'empty: your home folder, the save folder, and mounted volumes',
    takes: 'at-once',
  }),
  'server.rpc': flag(false, {
    section: 'server',
    title: 'Transmission RPC',
    summary:
      'for Sonarr, transmission-remote and others, at /transmission/rpc with a token of scope rpc as password',
    takes: 'at-once',
  }),
  'server.logNames': flag(false, {
    section: 'server',
    title: 'Names of files in the log',
    summary: 'off: the log says what happened, not with what',
    takes: 'at-once',
  }),
} as const satisfies Readonly<Record<string, Definition<never> | Definition<unknown>>>

export type SettingKey = keyof typeof SETTINGS
export type Settings = { readonly [Key in SettingKey]: (typeof SETTINGS)[Key]['default'] }

export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(SETTINGS, key)
}
