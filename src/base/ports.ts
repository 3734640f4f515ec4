// The ports: everything the pure folders need from a computer. Node fills them in src/platform,
// the simulator in lab/sim; each has one contract suite in test/contracts that both pass.

import type { Endpoint } from './endpoint.ts'
import { CodedError } from './errors.ts'
import type { Millis } from './ids.ts'
import type { Random } from './random.ts'

export type { Random } from './random.ts'

// ── Time ────────────────────────────────────────────────────────────────────────────────────────────

export interface Clock {
  /** Monotonic; stands still or runs on during suspend, never goes back. */
  now(): Millis
  /** Wall time in ms since 1970; may jump. Only for showing and for dates in files. */
  wallMs(): number
  /** Calls `wake` once, at or after `at`, never synchronously. Returns its cancellation. */
  schedule(at: Millis, wake: () => void): () => void
}

// ── Hashing ─────────────────────────────────────────────────────────────────────────────────────────

/** Synchronous, for small inputs only (info dictionaries, keys, merkle nodes): at most a few hundred KiB. */
export interface Digest {
  sha1(bytes: Uint8Array): Uint8Array
  sha256(bytes: Uint8Array): Uint8Array
}

/** Ed25519 (RFC 8032). Keys and signatures are raw bytes: seed 32, public key 32, signature 64. */
export interface Signatures {
  publicKey(seed: Uint8Array): Uint8Array
  sign(message: Uint8Array, seed: Uint8Array): Uint8Array
  /** False for what is no key or no signature too. */
  verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean
}

/** What to compute over one piece (or stretch). */
export interface HashWant {
  /** SHA-1 over all bytes given. */
  readonly sha1: boolean
  /** The BEP 52 subtree over the leading bytes, or undefined for none. */
  readonly merkle: MerkleWant | undefined
}

/**
 * SHA-256 over each 16 KiB block of the first `lengthBytes` bytes (what follows is padding of a hybrid torrent),
 * the last block as short as it is, absent leaves being 32 zero bytes.
 */
export interface MerkleWant {
  /** Leaves of the subtree, a power of two, at least the number of blocks. */
  readonly leaves: number
  readonly lengthBytes: number
}

export interface HashResult {
  /** 20 bytes if wanted. */
  readonly sha1?: Uint8Array
  /** 32 bytes if wanted. */
  readonly root?: Uint8Array
  /** 32 bytes per block present (no padding leaves), if wanted. */
  readonly leaves?: Uint8Array
}

/** A piece arriving in order in parts of whole blocks (only the last part may end short). */
export interface HashStream {
  /** Memory may be reused once this resolves. Calls may be queued without waiting; order is kept. */
  update(bytes: Uint8Array): Promise<void>
  finish(): Promise<HashResult>
  /** Forgets the stream; safe at any time, also after finish. */
  abort(): void
}

/** `lengthBytes` bytes of a file from `offset`; `path` undefined stands for zero bytes (pad files, BEP 47). */
export interface FileSpan {
  readonly path: string | undefined
  readonly offset: number
  readonly lengthBytes: number
}

export type SpanFailure = { readonly failed: DiskCode | 'SHORT' }

/** Hashing off the main thread, over shared memory. */
export interface Hasher {
  /** One whole piece in memory. `bytes` must stay unchanged until it resolves (never copied if it is shared memory). */
  digest(bytes: Uint8Array, want: HashWant): Promise<HashResult>
  stream(want: HashWant): HashStream
  /**
   * Reads and hashes pieces straight from disk on all cores: each item is one piece made of spans.
   * Read-only. A missing, unreadable or too short file gives a failure for the pieces it concerns, not a rejection.
   */
  files(
    pieces: readonly { readonly spans: readonly FileSpan[]; readonly want: HashWant }[],
  ): Promise<(HashResult | SpanFailure)[]>
  /** How many jobs run side by side. */
  readonly parallelism: number
}

// ── Disk ────────────────────────────────────────────────────────────────────────────────────────────

/** POSIX names of what can go wrong; OTHER carries the system's own in data.errno. */
export type DiskCode =
  | 'ENOENT'
  | 'EEXIST'
  | 'EACCES'
  | 'EPERM'
  | 'EROFS'
  | 'ENOSPC'
  | 'EDQUOT'
  | 'EIO'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'ENOTEMPTY'
  | 'EMFILE'
  | 'ENAMETOOLONG'
  | 'EXDEV'
  | 'EFBIG'
  | 'ELOOP'
  | 'ESTALE'
  | 'ENODEV'
  | 'OTHER'

export class DiskError extends CodedError<DiskCode> {}

export interface FileStat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly lengthBytes: number
  /** Modification time in ms with fraction, as fine as the file system keeps it. */
  readonly modifiedMs: number
  /**
   * When anything of it changed last, in ms with fraction: moves with every write, whatever is done to its times, and with names
   * and permissions, too. Undefined where nobody keeps it.
   */
  readonly changedMs?: number
  /** Identity of the file: device and inode as text. */
  readonly identity: string
  /** Device as text: tells a mounted volume from its empty mount point. */
  readonly device: string
  /** Bytes really allocated (sparse files have fewer than lengthBytes). */
  readonly allocatedBytes: number
}

export interface DiskFile {
  /** Fills `into` from `position`; returns bytes read, fewer only at the end of the file. */
  read(into: Uint8Array, position: number): Promise<number>
  /** Like read, scattering over several views with one system call where possible. */
  readv(into: readonly Uint8Array[], position: number): Promise<number>
  /** Writes all of it or rejects with a DiskError. The memory is the file's until then. */
  write(bytes: Uint8Array, position: number): Promise<void>
  writev(parts: readonly Uint8Array[], position: number): Promise<void>
  truncate(lengthBytes: number): Promise<void>
  /** Only for a new, empty file: makes it this long with real space behind every byte. @throws ENOSPC, EDQUOT, EFBIG */
  allocate(lengthBytes: number): Promise<void>
  /** Data and metadata durable (fsync). A rejection means nothing written since the last success may be trusted. */
  sync(): Promise<void>
  stat(): Promise<FileStat>
  close(): Promise<void>
}

/** `read` never creates; `write` reads and writes an existing file; `create` also makes it (never truncates); `new` fails with EEXIST. */
export type OpenMode = 'read' | 'write' | 'create' | 'new'

/**
 * Absolute paths with the platform's separator, made by join(). All rejections are DiskError.
 * `inside`: when given, open refuses (ELOOP) if any component below that folder is a symbolic link or the result lies outside it.
 */
export interface Disk {
  /** What names its file systems refuse or read otherwise than they are written (`a:b` is a stream of `a` on Windows). */
  readonly nameRules: 'posix' | 'windows'
  join(...parts: readonly string[]): string
  open(path: string, mode: OpenMode, inside?: string): Promise<DiskFile>
  /** Follows no link at its end unless told to (a save folder may be one); undefined when nothing is there. */
  stat(path: string, follow?: 'follow'): Promise<FileStat | undefined>
  /** Makes missing parents too; refuses to go through a link below `inside`. */
  makeDirectory(path: string, inside?: string): Promise<void>
  /** Never replaces: EEXIST if `to` exists. EXDEV across volumes. */
  rename(from: string, to: string): Promise<void>
  /** Atomic replace, for state files. */
  replace(from: string, to: string): Promise<void>
  remove(path: string): Promise<void>
  /** Only when empty; false when it was not. */
  removeDirectory(path: string): Promise<boolean>
  list(path: string): Promise<string[]>
  /** Makes names in it durable (fsync of the directory; a no-op where the system has none). */
  syncDirectory(path: string): Promise<void>
  space(path: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  /**
   * Makes `to` a file of its own with the same bytes, which both share until one is written to. Its permissions are those of a
   * new file, whatever the other's. False where the file system cannot, or they lie on two: then nothing is there. EEXIST if
   * `to` exists.
   */
  reflink(from: string, to: string): Promise<boolean>
  /** Copies with reflink where possible; refuses to replace. Reports progress in bytes. */
  copy(from: string, to: string, onProgress?: (bytes: number) => void): Promise<void>
}

// ── Sockets ─────────────────────────────────────────────────────────────────────────────────────────

export type SocketCode =
  | 'REFUSED'
  | 'UNREACHABLE'
  | 'TIMEOUT'
  | 'RESET'
  | 'IN_USE'
  | 'DENIED'
  | 'CLOSED'
  /** The proxy or interface that everything must leave by is not there: says nothing about the other side. */
  | 'NO_WAY_OUT'
  | 'OTHER'

export class SocketError extends CodedError<SocketCode> {}

/**
 * Where drain() rings. Small, so that a slow peer never waits behind much that cannot be taken back; it may be, because
 * the kernel holds megabytes for a fast one. Who wants drain() queues more than this (256 KiB and up for a fast peer).
 */
export const LOW_WATER_BYTES = 65_536

export interface ConnectionEvents {
  /** `bytes` are lent for the duration of the call only. */
  data(bytes: Uint8Array): void
  /** `queuedBytes` fell to or below LOW_WATER_BYTES after having been above it. */
  drain(): void
  /** Once, last: nothing comes after it. `error` undefined is an orderly end. */
  closed(error: SocketError | undefined): void
}

/** A byte stream: TCP now, uTP and circle streams later. */
export interface Connection {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly transport: 'tcp' | 'utp' | 'stream' | 'tls'
  /** Must be set right after the connection was handed over (same tick). */
  events: ConnectionEvents
  /**
   * Queues bytes; they must stay unchanged until `sent` is called (once, also when the connection closes first).
   * Without `sent` the bytes must never change. Several writes in one turn leave together where possible.
   */
  write(bytes: Uint8Array, sent?: () => void): void
  /** Bytes accepted by write and not yet handed to the kernel. */
  readonly queuedBytes: number
  /** Stops and restarts data(); back-pressure reaches the other side. */
  pause(): void
  resume(): void
  /** Closes: no more data() or drain(), closed() still comes. `flush`: first sends what is queued (bounded by the adapter to 5 s). */
  close(flush?: boolean): void
}

export interface Listener {
  readonly local: Endpoint
  close(): Promise<void>
}

export interface Tcp {
  /** Resolves with a connection or a result saying why not; `cancel` gives up at once. */
  dial(
    to: Endpoint,
    timeoutMs: number,
  ): { readonly result: Promise<Connection | SocketError>; cancel(): void }
  /** `host` '::' means every address of both families where the system can. @throws SocketError IN_USE, DENIED */
  listen(at: Endpoint, accepted: (connection: Connection) => void): Promise<Listener>
}

export interface DatagramSocket {
  readonly local: Endpoint
  /** Never fails: what cannot be sent is lost, as datagrams are. `bytes` must never change afterwards. */
  send(bytes: Uint8Array, to: Endpoint): void
  /** Set by the owner; `bytes` are lent for the call. */
  onMessage: (bytes: Uint8Array, from: Endpoint) => void
  close(): void
}

export interface BindOptions {
  readonly at: Endpoint
  /** Join this group on every interface (LSD, BEP 14), sharing the port with other programs. */
  readonly multicastGroup?: string
}

export interface Udp {
  /** @throws SocketError */
  bind(options: BindOptions): Promise<DatagramSocket>
}

// ── Names and HTTP ──────────────────────────────────────────────────────────────────────────────────

export interface HttpRequest {
  readonly url: string
  /** GET unless said otherwise. What is posted is never posted again elsewhere: a redirect is then a failure. */
  readonly method?: 'GET' | 'POST'
  readonly body?: Uint8Array
  readonly headers?: Readonly<Record<string, string>>
  /** Whole exchange, redirects included. */
  readonly timeoutMs: number
  /** Bytes received on the wire, and after unpacking gzip. */
  readonly limitBytes: number
  readonly limitUnpackedBytes: number
  readonly maxRedirects: number
  /** Asked for each resolved address before connecting, redirects included (no SSRF, no rebinding). */
  readonly mayConnect: (host: string, hop: HttpHop) => boolean
}

/** Which step of an exchange an address belongs to. */
export interface HttpHop {
  readonly url: string
  /** Address of the server whose redirect led here; undefined for the URL that was asked for. */
  readonly redirectedBy: string | undefined
}

export type HttpFailure =
  | 'REFUSED'
  | 'TIMEOUT'
  | 'NAME_NOT_FOUND'
  | 'ADDRESS_REFUSED'
  | 'TOO_LARGE'
  | 'TLS'
  | 'REDIRECTS'
  | 'BAD_RESPONSE'
  | 'OTHER'

export interface HttpFailed {
  readonly ok: false
  readonly failure: HttpFailure
  readonly detail: string
}

export type HttpResult =
  | { readonly ok: true; readonly status: number; readonly body: Uint8Array; readonly remote: string }
  | HttpFailed

/** A body that is read as it comes: without limit here, because the sink stops it. */
export interface HttpOpening extends Pick<HttpRequest, 'url' | 'headers' | 'maxRedirects' | 'mayConnect'> {
  /** Until the head of the answer is here, redirects included. How fast the body must come is for the sink to watch. */
  readonly headTimeoutMs: number
}

export interface HttpHead {
  readonly status: number
  /** By lower-case name; values of a name that came more than once are joined by commas. */
  readonly headers: ReadonlyMap<string, string>
  /** The address that answered. */
  readonly remote: string
}

export interface HttpSink {
  /** Once, before any data. */
  head(head: HttpHead): void
  /** The body as it is on the wire, never unpacked; `bytes` are lent for the duration of the call only. */
  data(bytes: Uint8Array): void
  /** Once, last: undefined when the whole body came. */
  ended(failure: HttpFailed | undefined): void
}

export interface HttpStream {
  /** Stops and restarts data(); back-pressure reaches the server. */
  pause(): void
  resume(): void
  /** From here on the sink hears nothing, and what was not read yet is never read. */
  cancel(): void
}

export interface Http {
  get(request: HttpRequest, family?: 4 | 6): { readonly result: Promise<HttpResult>; cancel(): void }
  /** Never calls the sink before it returned. A connection whose body was read to its end may serve the next opening. */
  open(opening: HttpOpening, sink: HttpSink): HttpStream
}

export interface Names {
  /** All addresses of a name, canonical text; empty when there are none. IP literals resolve to themselves. */
  resolve(name: string): Promise<readonly string[]>
  /**
   * Whether this name is resolved beyond a proxy: then resolve() has nothing, and Http and Udp take the name itself as a
   * host. Absent where names are resolved here.
   */
  beyond?(name: string): boolean
}

// ── Together ────────────────────────────────────────────────────────────────────────────────────────

/** What an engine is given. */
export interface Ports {
  readonly clock: Clock
  readonly random: Random
  readonly digest: Digest
  readonly signatures: Signatures
  readonly hasher: Hasher
  readonly disk: Disk
  readonly tcp: Tcp
  readonly udp: Udp
  readonly http: Http
  readonly names: Names
}
