// Every string of the page in English, a file for each part of it. A translation is the same keys with other words.

import { enFrame } from './en-frame.ts'
import { enTransfers } from './en-transfers.ts'

export const en = { ...enFrame, ...enTransfers } as const
