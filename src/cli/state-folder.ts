// The state folder that a command is about: the usual one, or --state-dir.

import path from 'node:path'
import { usualStateFolder } from '../daemon/life/state-place.ts'

export function stateFolderOf(values: { readonly 'state-dir': string | undefined }, folder: string): string {
  const given = values['state-dir']
  return given === undefined ? usualStateFolder() : path.resolve(folder, given)
}
