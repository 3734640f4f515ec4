// nginx (Debian package nginx-light) as a server of files, plain or over TLS, or with whatever else a test writes into
// its `server` block. Promise: it writes nothing outside the folder it is given, and ends with the scene.

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Host } from '../../lab/netns/lan.ts'
import type { Program } from '../../lab/netns/program.ts'
import { until } from '../../lab/netns/until.ts'
import type { SelfSigned } from '../doubles/self-signed.ts'
import type { Scene } from './scene.ts'

export interface NginxOptions {
  /** Folder whose files are served at `/`; none when `server` says what is answered. */
  readonly root?: string
  readonly tls?: SelfSigned
  /** Literal address; default is the host's, or loopback without a host. */
  readonly address?: string
  /** More lines for the `server` block, such as `limit_rate 1m;` or a `location` of its own. */
  readonly server?: string
}

const PORT = { plain: 8080, tls: 8443 }

export class Nginx {
  readonly program: Program
  /** Without a slash at its end. */
  readonly url: string
  readonly #log: string

  private constructor(program: Program, url: string, log: string) {
    this.program = program
    this.url = url
    this.#log = log
  }

  /** @param host where it runs; undefined for where the test itself runs */
  static async start(scene: Scene, host: Host | undefined, options: NginxOptions): Promise<Nginx> {
    const folder = await scene.folder('nginx')
    const { address = host?.address ?? '127.0.0.1', tls } = options
    const port = tls === undefined ? PORT.plain : PORT.tls
    await mkdir(join(folder, 'temp'))
    if (tls !== undefined) {
      await writeFile(join(folder, 'certificate.pem'), tls.certificate)
      await writeFile(join(folder, 'key.pem'), tls.key)
    }
    const config = join(folder, 'nginx.conf')
    await writeFile(config, configOf(folder, `${address}:${port}`, options))
    const command = ['nginx', '-p', folder, '-c', config, '-e', join(folder, 'error.log')]
    const program = scene.start(`nginx${host === undefined ? '' : ` on ${host.name}`}`, command, { host })
    // It writes its process id once it listens.
    await until('nginx listens', async () => (await text(join(folder, 'nginx.pid'))) !== '', {
      program,
      describe: () => program.tail(),
    })
    const scheme = tls === undefined ? 'http' : 'https'
    return new Nginx(program, `${scheme}://${address}:${port}`, join(folder, 'access.log'))
  }

  /** One line for each answered request: status, bytes of the body, range asked for, path, agent. */
  async answered(): Promise<readonly NginxLine[]> {
    const lines = (await text(this.#log)).split('\n').filter((line) => line !== '')
    return lines.map((line) => {
      const [status = '', bytes = '', range = '', agent = '', path = ''] = line.split('\t')
      return { status: Number(status), bodyBytes: Number(bytes), range, agent, path }
    })
  }
}

export interface NginxLine {
  readonly status: number
  readonly bodyBytes: number
  /** As it was asked for; `-` for none. */
  readonly range: string
  readonly agent: string
  readonly path: string
}

/** One process in the foreground: nothing of it outlives its end. */
function configOf(folder: string, listen: string, { root, tls, server = '' }: NginxOptions): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const secure =
    tls === undefined
      ? ''
      : `ssl_certificate ${folder}/certificate.pem; ssl_certificate_key ${folder}/key.pem;`
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 128; }
http {
  ${temp.map((name) => `${name}_temp_path ${folder}/temp/${name};`).join('\n  ')}
  log_format lines '$status\t$body_bytes_sent\t$http_range\t$http_user_agent\t$request_uri';
  access_log ${folder}/access.log lines;
  sendfile on;
  server {
    listen ${listen}${tls === undefined ? '' : ' ssl'};
    ${secure}
    ${root === undefined ? '' : `root ${root};`}
    ${server}
  }
}
`
}

async function text(path: string): Promise<string> {
  // Not written yet is the same as empty.
  return await readFile(path, 'utf8').catch(() => '')
}
