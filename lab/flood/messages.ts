// What the processes of a flood tell each other over IPC.

export interface TargetReady {
  readonly type: 'ready'
  readonly port: number
  /** v1, hex. */
  readonly infohash: string
  readonly pieceCount: number
  /** v2 root of the only file, hex. */
  readonly root: string
}

/** `figures` are since the last order with `reset`. */
export type TargetOrder = { readonly type: 'figures'; readonly reset: boolean } | { readonly type: 'end' }

export interface TargetFigures {
  readonly type: 'figures'
  /** The highest seen. */
  readonly rssBytes: number
  /** What is alive: JavaScript and its buffers, after a collection. */
  readonly heapBytes: number
  readonly lagP99Ms: number
  readonly lagMaxMs: number
  /** Since the process began. */
  readonly cpuSeconds: number
  readonly peers: number
  readonly givenBytes: number
  readonly doneBytes: number
  readonly bans: number
  /** Sockets, timers and requests that keep the process alive. */
  readonly handles: number
}

export interface GoodFigures {
  readonly type: 'taken'
  /** Since the process began. */
  readonly takenBytes: number
  readonly connected: boolean
}
