// Figures for Prometheus: of the daemon as a whole and of its process. No name, path, hash or address is among them, so that a
// monitoring server learns nothing personal. Made when they are asked for; nothing is counted in between but the turns of the
// event loop, and that only while somebody asks.

import { readdir } from 'node:fs/promises'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Handlers } from '../../api/routes.ts'
import { TransferState } from '../../api/schemas/transfer.ts'
import type { Feed } from '../feed.ts'
import type { Guard } from '../guard.ts'
import { VERSION } from '../version.ts'

export interface MetricsOptions {
  readonly feed: Feed
  readonly handlers: Pick<Handlers, 'status' | 'network'>
  readonly guard: Guard
}

/** Prometheus asks every 15 s to a few minutes; after this long nobody does any more. */
const ASKED_WITHIN_MS = 10 * 60_000
/** A hundredth of a second of delay is seen; finer costs wake-ups at rest. */
const LAG_STEP_MS = 20
const NANOSECONDS = 1e9
const REACH = ['yes', 'no', 'unknown'] as const
const AUDIENCES = ['link', 'everyone'] as const

export class Metrics {
  readonly #options: MetricsOptions
  readonly #registry = new Registry()
  readonly #gauges = new Map<string, Gauge<string>>()
  readonly #counters = new Map<string, Counter>()
  #lag: ReturnType<typeof monitorEventLoopDelay> | undefined
  #forget: NodeJS.Timeout | undefined

  constructor(options: MetricsOptions) {
    this.#options = options
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  async text(): Promise<string> {
    await this.#ofDaemon()
    await this.#ofProcess()
    return await this.#registry.metrics()
  }

  close(): void {
    clearTimeout(this.#forget)
    this.#lag?.disable()
    this.#lag = undefined
  }

  async #ofDaemon(): Promise<void> {
    const { feed, guard, handlers } = this.#options
    const status = await handlers.status({})
    const { totals } = feed
    this.#one('shoal_build_info', 'Version of Shoal', 1, { version: VERSION })
    const states = new Map(TransferState.options.map((state) => [state as string, 0]))
    let needsYou = 0
    for (const row of feed.rows()) {
      states.set(row.state, (states.get(row.state) ?? 0) + 1)
      if (row.needsYou) needsYou++
    }
    for (const [state, count] of states) this.#one('shoal_transfers', 'Transfers by state', count, { state })
    this.#one('shoal_transfers_needing_attention', 'Transfers that only a person can mend', needsYou)
    this.#sum('shoal_taken_bytes_total', 'Payload received, all runs together', status.takenBytes)
    this.#sum('shoal_given_bytes_total', 'Payload sent, all runs together', status.givenBytes)
    this.#one('shoal_download_bytes_per_second', 'Payload received now', totals.downBytesPerSecond)
    this.#one('shoal_upload_bytes_per_second', 'Payload sent now', totals.upBytesPerSecond)
    for (const audience of AUDIENCES)
      this.#one('shoal_shares', 'Things offered, by who can get them', totals.sharing[audience], { audience })
    for (const answer of REACH)
      this.#one('shoal_reachable', 'Whether others can connect', totals.reach === answer ? 1 : 0, { answer })
    if (totals.freeBytes !== null)
      this.#one('shoal_save_folder_free_bytes', 'Free space where things are saved', totals.freeBytes)
    this.#gauge('shoal_turned_away_last_hour', 'Connections and requests turned away', ['reason']).reset()
    for (const { reason, count } of guard.rows())
      this.#one('shoal_turned_away_last_hour', 'Connections and requests turned away', count, { reason })
    const { connections, dht } = await handlers.network({})
    this.#one('shoal_peers', 'Peers connected', totals.peers)
    this.#one('shoal_peer_connections_most', 'Connections to peers that are allowed', connections.most)
    this.#one('shoal_dht_nodes', 'Nodes in the routing table', dht.nodes4, { family: 'ipv4' })
    this.#one('shoal_dht_nodes', 'Nodes in the routing table', dht.nodes6, { family: 'ipv6' })
  }

  async #ofProcess(): Promise<void> {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    this.#sum('shoal_process_cpu_seconds_total', 'Time of processors used', (user + system) / 1e6)
    this.#one('shoal_process_resident_memory_bytes', 'Memory in use', rss)
    this.#one('shoal_process_heap_bytes', 'Memory of objects', heapUsed)
    this.#one('shoal_process_uptime_seconds', 'Since the start', process.uptime())
    // Linux alone shows them.
    const open = await readdir('/proc/self/fd').catch(() => undefined)
    if (open !== undefined) this.#one('shoal_process_open_fds', 'Open files and sockets', open.length)
    const lag = this.#lagSinceLastAsked()
    this.#one('shoal_event_loop_lag_p99_seconds', 'Delay of the event loop since last asked', lag.p99)
    this.#one('shoal_event_loop_lag_max_seconds', 'Longest delay of the event loop since last asked', lag.max)
  }

  #lagSinceLastAsked(): { readonly p99: number; readonly max: number } {
    clearTimeout(this.#forget)
    this.#forget = setTimeout(() => this.close(), ASKED_WITHIN_MS).unref()
    if (this.#lag === undefined) {
      this.#lag = monitorEventLoopDelay({ resolution: LAG_STEP_MS })
      this.#lag.enable()
      return { p99: 0, max: 0 }
    }
    const seconds = (nanoseconds: number): number =>
      Math.max(0, nanoseconds / NANOSECONDS - LAG_STEP_MS / 1_000)
    const lag = { p99: seconds(this.#lag.percentile(99)), max: seconds(this.#lag.max) }
    this.#lag.reset()
    return lag
  }

  #one(name: string, help: string, value: number, labels: Readonly<Record<string, string>> = {}): void {
    this.#gauge(name, help, Object.keys(labels)).set(labels, value)
  }

  /** What is counted elsewhere and only grows. */
  #sum(name: string, help: string, value: number): void {
    const counter = this.#counters.get(name) ?? new Counter({ name, help, registers: [this.#registry] })
    this.#counters.set(name, counter)
    counter.reset()
    counter.inc(value)
  }

  #gauge(name: string, help: string, labelNames: string[]): Gauge<string> {
    const known = this.#gauges.get(name)
    if (known !== undefined) return known
    const made = new Gauge({ name, help, labelNames, registers: [this.#registry] })
    this.#gauges.set(name, made)
    return made
  }
}
