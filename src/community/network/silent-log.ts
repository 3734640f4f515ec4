// libp2p's own log, switched off: it would format keys and addresses of people at every step. What matters is told by events.

import type { ComponentLogger, Logger } from '@libp2p/interface'

const nothing = (): void => {}

const SILENT: Logger = Object.assign(nothing, {
  error: nothing,
  trace: nothing,
  enabled: false,
  newScope: (): Logger => SILENT,
}) as Logger

export const SILENT_LOG: ComponentLogger = { forComponent: () => SILENT }
