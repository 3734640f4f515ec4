// The table of commands: one line each, in the order help shows them. A command's file is loaded only when it is used.

import type { CommandEntry } from './command.ts'

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'a swarm on this computer, to see it work',
    usage: 'demo [PATH]',
    load: () => import('./commands/demo.ts'),
  },
  {
    name: 'share',
    summary: 'offer files: prints a link, then gives',
    usage: 'share PATH|TORRENT... [--to link|everyone] [--dir D] [--up RATE] [--once|--for D] [--dry-run]',
    load: () => import('./commands/share.ts'),
  },
  {
    name: 'get',
    summary: 'fetch what a link or torrent names',
    usage: 'get LINK|TORRENT|- [-o DIR] [--select GLOB]... [--peer H:P]... [--timeout D] [--seed]',
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'leak-test',
    summary: 'whether everything leaves by the proxy or interface you name',
    usage: 'leak-test [--proxy URL | --interface NAME]',
    load: () => import('./commands/leak-test.ts'),
  },
  {
    name: 'create',
    summary: 'make a torrent file of a file or folder',
    usage:
      'create PATH [-o F] [--v1|--v2] [--tracker URL]... [--web-seed URL]... [--piece-length N] [--private] [--comment T]',
    load: () => import('./commands/create.ts'),
  },
  {
    name: 'inspect',
    summary: 'what a torrent file or link says',
    usage: 'inspect FILE|LINK|-',
    load: () => import('./commands/inspect.ts'),
  },
  {
    name: 'verify',
    summary: 'whether files on disk are what a torrent describes',
    usage: 'verify FILE PATH',
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'doctor',
    summary: 'can others reach you, and what stands in the way',
    usage: 'doctor [LINK|TORRENT] [--peer H:P]... [-o DIR]',
    load: () => import('./commands/doctor.ts'),
  },
  {
    name: 'help',
    summary: 'what Shoal can do, or one command in full',
    usage: 'help [COMMAND]',
    load: () => import('./commands/help.ts'),
  },
  {
    name: 'version',
    summary: 'the version of Shoal and of Node',
    usage: 'version',
    load: () => import('./commands/version.ts'),
  },
]
