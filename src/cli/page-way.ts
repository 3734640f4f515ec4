// How a person gets to the page from where this command runs: a browser of this computer, or a link and a tunnel to it.
// Pure: the environment comes in.

import type { Environment } from './options.ts'

/** Whether a browser that is opened here is seen by whoever typed the command. */
export function hasDisplay(environment: Environment, platform: NodeJS.Platform = process.platform): boolean {
  // A display that ssh brings along (-X) would show a browser of the other computer, slowly.
  if (given(environment.SSH_CONNECTION) || given(environment.SSH_TTY)) return false
  if (platform === 'win32' || platform === 'darwin') return true
  return given(environment.DISPLAY) || given(environment.WAYLAND_DISPLAY)
}

function given(text: string | undefined): boolean {
  return text !== undefined && text !== ''
}

export interface Here {
  readonly user: string
  readonly hostName: string
  /** Of the page: `http://127.0.0.1:7417`. */
  readonly page: string
}

const SSH_PORT = '22'

/** What to type on the other computer, so that the link works there as it is. */
export function tunnelLine({ user, hostName, page }: Here, environment: Environment): string {
  const { hostname, port } = new URL(page)
  // Client, its port, server, its port: the name by which the person came is not told, the address is.
  const [, , server, serverPort] = (environment.SSH_CONNECTION ?? '').split(' ')
  const at = server === undefined || server === '' ? hostName : server
  const other = serverPort === undefined || serverPort === SSH_PORT ? '' : ` -p ${serverPort}`
  return `ssh -L ${port}:${hostname}:${port}${other} ${user}@${at}`
}
