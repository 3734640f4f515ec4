// Where the state of this person lies, for whoever looks for a daemon there and needs no engine.

import { defaultStateFolder } from '../../platform/state-folder.ts'

export { makeStateFolder } from '../../platform/state-folder.ts'

/** Where this system keeps such things (INTERFACE.md: the platform's usual place). */
export function usualStateFolder(): string {
  return defaultStateFolder()
}
