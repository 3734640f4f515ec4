// The version people see, read from package.json so that it is written once.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export const PACKAGE_FILE: string = fileURLToPath(new URL('../../package.json', import.meta.url))

export const VERSION: string = readVersion()

function readVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(PACKAGE_FILE, 'utf8'))
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined
  return typeof version === 'string' ? version : '0.0.0'
}
