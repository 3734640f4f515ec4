// What every command does first that is about the running Shoal: finds it, and says when it is of another version.

import { VERSION } from '../daemon/version.ts'
import { type DaemonLink, findLink, needLink } from './daemon-link.ts'
import type { Output } from './output.ts'
import { stateFolderOf } from './state-folder.ts'

interface Asking {
  readonly values: { readonly 'state-dir': string | undefined }
  readonly folder: string
  readonly output: Output
}

/** @throws LifeError DAEMON_NOT_RUNNING, LinkError */
export async function openLink({ values, folder, output }: Asking): Promise<DaemonLink> {
  return greeted(await needLink(stateFolderOf(values, folder)), output)
}

/** Undefined where none runs. @throws LinkError */
export async function openLinkIfAny({ values, folder, output }: Asking): Promise<DaemonLink | undefined> {
  const link = await findLink(stateFolderOf(values, folder))
  return link === undefined ? undefined : greeted(link, output)
}

function greeted(link: DaemonLink, output: Output): DaemonLink {
  if (link.otherVersion !== undefined)
    output.note(
      `The running Shoal is version ${link.otherVersion}, this command ${VERSION}. \`shoal restart\` brings them together.`,
    )
  return link
}
