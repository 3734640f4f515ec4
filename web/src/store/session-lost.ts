// Whether the daemon does not know this tab (any more): then the page says one thing only.

import { Signal } from './signal.ts'

export const sessionLost = new Signal(false)
