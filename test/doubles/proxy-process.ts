// The pretended proxy in a process of its own, for tests that look at the sockets of theirs.

import { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import { PretendedProxy, type PretendedProxyOptions } from './pretended-proxy.ts'

export interface ProxyProcess extends AsyncDisposable {
  readonly url: string
}

export async function startProxyProcess(options: PretendedProxyOptions): Promise<ProxyProcess> {
  const program = new Program('proxy', [process.execPath, import.meta.filename, JSON.stringify(options)])
  let url: string | undefined
  program.onLine((line) => {
    url = line
  })
  await until('the proxy listens', () => url, { program })
  return {
    url: url as unknown as string,
    [Symbol.asyncDispose]: async () => void (await program.stop('SIGKILL')),
  }
}

if (import.meta.main) {
  const proxy = await PretendedProxy.start(JSON.parse(process.argv[2] as string) as PretendedProxyOptions)
  console.log(proxy.url)
}
