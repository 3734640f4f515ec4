// Addresses of trackers and web seeds as people type them.

import { type ProxyAddress, parseProxy } from '../daemon/way-out.ts'
import type { Reader } from './readers.ts'

function address(expects: string, ...protocols: readonly string[]): Reader<string> {
  return {
    expects,
    read: (text) => {
      if (!URL.canParse(text)) return undefined
      const { protocol, hostname } = new URL(text)
      return protocols.includes(protocol) && hostname !== '' ? text : undefined
    },
  }
}

export const TRACKER_URL = address(
  'a tracker such as https://tracker.example/announce or udp://tracker.example:6969',
  'http:',
  'https:',
  'udp:',
)

export const WEB_SEED_URL = address('an address such as https://example.org/files/', 'http:', 'https:')

export const PROXY_URL: Reader<ProxyAddress> = {
  expects: 'a proxy such as socks5://10.0.0.1:1080 or http://USER:PASSWORD@proxy.example:3128',
  read: parseProxy,
  conceal: (text) => text.replace(/^(\w+:\/\/)?.*@/s, '$1…@'),
}
