// What a body that is opened promises, whoever carries it. `behave` says what the server does with a path.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type {
  Http,
  HttpFailed,
  HttpHead,
  HttpOpening,
  HttpSink,
  HttpStream,
} from '../../../src/base/ports.ts'

/** The server of the ground answers `/bytes/N` with N bytes as byteAt() has them, and says their length. */
export interface StreamGround {
  readonly http: Http
  readonly base: string
  /** Of a port where nobody listens. */
  readonly closed: string
  /** Lets so much of the ground's time pass. */
  pass(ms: number): Promise<void>
}

export function byteAt(at: number): number {
  return (at * 7 + (at >> 8) * 13) & 0xff
}

export function bytesUpTo(lengthBytes: number): Uint8Array {
  return Uint8Array.from({ length: lengthBytes }, (_, at) => byteAt(at))
}

/** Remembers everything, and checks the order in which it is told. */
export class RecordingHttpSink implements HttpSink {
  head_: HttpHead | undefined
  readonly #parts: Uint8Array[] = []
  receivedBytes = 0
  outcome: 'complete' | HttpFailed | undefined
  onHead: () => void = () => {}
  onData: (bytes: Uint8Array) => void = () => {}
  #resolve: () => void = () => {}
  readonly finished = new Promise<void>((resolve) => {
    this.#resolve = resolve
  })

  head(head: HttpHead): void {
    assert.equal(this.head_, undefined, 'one head')
    assert.equal(this.outcome, undefined)
    this.head_ = head
    this.onHead()
  }

  data(bytes: Uint8Array): void {
    assert.ok(this.head_ !== undefined, 'a head before data')
    assert.equal(this.outcome, undefined, 'nothing after the end')
    this.#parts.push(bytes.slice())
    this.receivedBytes += bytes.length
    this.onData(bytes)
  }

  ended(failure: HttpFailed | undefined): void {
    assert.equal(this.outcome, undefined, 'one end')
    this.outcome = failure ?? 'complete'
    this.#resolve()
  }

  get heard(): boolean {
    return this.head_ !== undefined
  }

  get failure(): string | undefined {
    return typeof this.outcome === 'object' ? this.outcome.failure : undefined
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.#parts)
  }
}

export function open(
  http: Http,
  url: string,
  sink: HttpSink,
  changes: Partial<HttpOpening> = {},
): HttpStream {
  return http.open({ url, headTimeoutMs: 5_000, maxRedirects: 3, mayConnect: () => true, ...changes }, sink)
}

const MANY = 3_000_000

export function streamContract(
  name: string,
  run: (body: (ground: StreamGround) => Promise<void>) => Promise<void>,
): void {
  const say = (sentence: string, body: (ground: StreamGround) => Promise<void>) =>
    test(`${name}: ${sentence}`, () => run(body))

  say('a body comes in parts, in order and whole, after its head', async ({ http, base }) => {
    const sink = new RecordingHttpSink()
    open(http, `${base}/bytes/${MANY}`, sink)
    assert.equal(sink.heard, false, 'nothing is told before open() returned')
    await sink.finished
    assert.equal(sink.outcome, 'complete')
    assert.equal(sink.head_?.status, 200)
    assert.equal(sink.head_?.headers.get('content-length'), String(MANY))
    assert.deepEqual(Buffer.compare(sink.bytes, bytesUpTo(MANY)), 0)
  })

  say('an empty body is a whole one', async ({ http, base }) => {
    const sink = new RecordingHttpSink()
    open(http, `${base}/bytes/0`, sink)
    await sink.finished
    assert.equal(sink.outcome, 'complete')
    assert.equal(sink.receivedBytes, 0)
  })

  say('one body after another comes from the same server', async ({ http, base }) => {
    for (const lengthBytes of [1, 100_000, 5]) {
      const sink = new RecordingHttpSink()
      open(http, `${base}/bytes/${lengthBytes}`, sink)
      await sink.finished
      assert.equal(sink.receivedBytes, lengthBytes)
    }
  })

  say('a paused body stands still, and goes on where it stood', async ({ http, base, pass }) => {
    const sink = new RecordingHttpSink()
    const stream = open(http, `${base}/bytes/${MANY}`, sink)
    const paused = new Promise<number>((resolve) => {
      sink.onData = () => {
        if (sink.receivedBytes < 100_000) return
        sink.onData = () => {}
        stream.pause()
        resolve(sink.receivedBytes)
      }
    })
    const atBytes = await paused
    await pass(100)
    assert.equal(sink.receivedBytes, atBytes, 'not a byte while it is paused')
    assert.equal(sink.outcome, undefined)
    stream.resume()
    await sink.finished
    assert.deepEqual(Buffer.compare(sink.bytes, bytesUpTo(MANY)), 0)
  })

  say(
    'a cancelled one is silent: before its head, at its head and in its body',
    async ({ http, base, pass }) => {
      const early = new RecordingHttpSink()
      open(http, `${base}/bytes/${MANY}`, early).cancel()
      const atHead = new RecordingHttpSink()
      const second = open(http, `${base}/bytes/${MANY}`, atHead)
      atHead.onHead = () => second.cancel()
      const inBody = new RecordingHttpSink()
      const third = open(http, `${base}/bytes/${MANY}`, inBody)
      inBody.onData = () => third.cancel()
      for (let i = 0; i < 50 && inBody.receivedBytes === 0; i++) await pass(100)
      await pass(100)
      assert.equal(early.heard, false)
      assert.equal(atHead.head_?.status, 200)
      assert.equal(atHead.receivedBytes, 0)
      assert.ok(inBody.receivedBytes > 0 && inBody.receivedBytes < MANY)
      for (const sink of [early, atHead, inBody]) assert.equal(sink.outcome, undefined)
      third.cancel()
    },
  )

  say(
    'nobody there is a failure, and so is an address that may not be contacted',
    async ({ http, base, closed }) => {
      const nobody = new RecordingHttpSink()
      open(http, `${closed}/bytes/1`, nobody)
      await nobody.finished
      assert.equal(nobody.failure, 'REFUSED')
      const refused = new RecordingHttpSink()
      open(http, `${base}/bytes/1`, refused, { mayConnect: () => false })
      await refused.finished
      assert.equal(refused.failure, 'ADDRESS_REFUSED')
    },
  )

  say('a head that does not come in time is a failure', async ({ http, base }) => {
    const sink = new RecordingHttpSink()
    open(http, `${base}/silence`, sink, { headTimeoutMs: 200 })
    await sink.finished
    assert.equal(sink.failure, 'TIMEOUT')
  })
}
