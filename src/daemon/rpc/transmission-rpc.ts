// The Transmission RPC over the daemon's own calls: a request in, an answer out. No HTTP in here.
// Promise: every request is answered, what cannot be done by a sentence; only a mistake of ours is thrown.

import type { Digest } from '../../base/ports.ts'
import type { Feed } from '../feed.ts'
import type { Arguments } from './arguments.ts'
import { Calls, type RpcHandlers } from './calls.ts'
import { type Answer, failure, type RpcRequest, readRequest, success } from './message.ts'
import { RpcError } from './rpc-error.ts'
import * as session from './session-requests.ts'
import { LimitsAside } from './session-settings.ts'
import * as actions from './torrent-actions.ts'
import { torrentAdd } from './torrent-add.ts'
import { TorrentFactsCache } from './torrent-facts.ts'
import { torrentGet } from './torrent-get.ts'
import { TorrentNumbers } from './torrent-numbers.ts'
import { settingsOf, type TorrentScene } from './torrent-scene.ts'
import { torrentSet } from './torrent-set.ts'
import { TorrentViews } from './torrent-view.ts'

export interface RpcContext {
  readonly handlers: RpcHandlers
  readonly feed: Feed
  readonly digest: Digest
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Proves to a browser's rules that a request is no forgery; new with each start. */
  readonly sessionId: string
  /** Of Shoal. */
  readonly version: string
  /** A torrent file under the folders that programs may use. @throws CodedError */
  readonly readTorrentFile: (path: string) => Promise<Uint8Array>
  /** Size of the file system that a folder lies on. */
  readonly totalBytes: (folder: string) => Promise<number>
}

type Method = (args: Arguments) => Answer | Promise<Answer>

export class TransmissionRpc {
  readonly sessionId: string
  readonly #numbers: TorrentNumbers
  readonly #methods: ReadonlyMap<string, Method>

  constructor(context: RpcContext) {
    const { feed, now, sessionId, version, digest } = context
    const calls = new Calls(context.handlers)
    const aside = new LimitsAside()
    this.sessionId = sessionId
    this.#numbers = new TorrentNumbers(feed, now)
    const torrents: TorrentScene = {
      calls,
      feed,
      aside,
      now,
      numbers: this.#numbers,
      views: new TorrentViews(calls, new TorrentFactsCache(calls, digest)),
      settings: () => settingsOf(calls),
      readTorrentFile: context.readTorrentFile,
    }
    const whole = { calls, aside, feed, now, sessionId, version, totalBytes: context.totalBytes }
    const on = (action: (scene: TorrentScene, args: Arguments) => Promise<Answer>): Method => {
      return (args) => action(torrents, args)
    }
    this.#methods = new Map<string, Method>([
      ['torrent-get', on(torrentGet)],
      ['torrent-set', on(torrentSet)],
      ['torrent-add', on(torrentAdd)],
      ['torrent-start', on(actions.torrentStart)],
      ['torrent-start-now', on(actions.torrentStartNow)],
      ['torrent-stop', on(actions.torrentStop)],
      ['torrent-verify', on(actions.torrentVerify)],
      ['torrent-reannounce', on(actions.torrentReannounce)],
      ['torrent-remove', on(actions.torrentRemove)],
      ['torrent-set-location', on(actions.torrentSetLocation)],
      ['torrent-rename-path', on(actions.torrentRenamePath)],
      ['queue-move-top', on(actions.queueMoveTop)],
      ['queue-move-up', on(actions.queueMoveUp)],
      ['queue-move-down', on(actions.queueMoveDown)],
      ['queue-move-bottom', on(actions.queueMoveBottom)],
      ['session-get', (args) => session.sessionGet(whole, args)],
      ['session-set', (args) => session.sessionSet(whole, args)],
      ['session-stats', () => session.sessionStats(whole)],
      ['session-close', () => session.sessionClose(whole)],
      ['port-test', () => session.portTest(whole)],
      ['free-space', (args) => session.freeSpace(whole, args)],
      ['blocklist-update', session.blocklistUpdate],
      ['group-get', session.groupGet],
      ['group-set', session.groupSet],
    ])
  }

  /**
   * @returns JSON; undefined for a notification of JSON-RPC, which has no answer
   * @throws only what is a mistake of ours
   */
  async answer(body: unknown): Promise<string | undefined> {
    const request = this.#read(body)
    if ('failed' in request) return request.failed
    const reply = await this.#reply(request)
    return request.jsonRpc && request.mark === undefined ? undefined : reply
  }

  close(): void {
    this.#numbers.close()
  }

  #read(body: unknown): RpcRequest | { readonly failed: string } {
    try {
      return readRequest(body)
    } catch (error) {
      return { failed: failure({ jsonRpc: false, mark: undefined }, error) }
    }
  }

  async #reply(request: RpcRequest): Promise<string> {
    try {
      const method = this.#methods.get(request.method)
      if (method === undefined)
        throw new RpcError('RPC_METHOD_UNKNOWN', { method: request.method.slice(0, 100) })
      this.#numbers.refresh()
      return await success(request, await method(request.args))
    } catch (error) {
      return failure(request, error)
    }
  }
}
