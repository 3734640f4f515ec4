// Every string of the page in English, a file for each part of it. A translation is the same keys with other words.

import { enChange } from './en-change.ts'
import { enChecks } from './en-checks.ts'
import { enCircle } from './en-circle.ts'
import { enDetails } from './en-details.ts'
import { enDialogs } from './en-dialogs.ts'
import { enFirstRun } from './en-first-run.ts'
import { enFrame } from './en-frame.ts'
import { enLibrary } from './en-library.ts'
import { enMe } from './en-me.ts'
import { enNetwork } from './en-network.ts'
import { enPeople } from './en-people.ts'
import { enSettings } from './en-settings.ts'
import { enShare } from './en-share.ts'
import { enTransfers } from './en-transfers.ts'

export const en = {
  ...enChange,
  ...enChecks,
  ...enCircle,
  ...enDetails,
  ...enDialogs,
  ...enFirstRun,
  ...enFrame,
  ...enLibrary,
  ...enMe,
  ...enNetwork,
  ...enPeople,
  ...enSettings,
  ...enShare,
  ...enTransfers,
} as const
