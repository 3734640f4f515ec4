// DHT nodes outside, one on each address given, that know each other: by them a computer at home learns where it is seen.
//   node dht-witnesses.ts STATE-FOLDER PORT ADDRESS...

import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { openEngine } from '../../src/daemon/compose.ts'

const [folder = '', port = '', ...hosts] = process.argv.slice(2)
for (const host of hosts) {
  const stateFolder = join(folder, host)
  await mkdir(stateFolder, { recursive: true })
  await openEngine({
    stateFolder,
    listen: { host, port: Number(port) },
    lan: false,
    dht: true,
    dhtNodes: hosts.filter((other) => other !== host).map((other) => `${other}:${port}`),
    dhtRouters: [],
  })
}
process.stdout.write('ready\n')
