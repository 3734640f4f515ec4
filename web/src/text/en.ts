// Every string of the page in English, a file for each part of it. A translation is the same keys with other words.

import { enDialogs } from './en-dialogs.ts'
import { enFrame } from './en-frame.ts'
import { enTransfers } from './en-transfers.ts'

export const en = { ...enDialogs, ...enFrame, ...enTransfers } as const
