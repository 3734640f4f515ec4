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
    usage:
      'share PATH|TORRENT... [--to link|everyone] [--licence L] [--allow FINDING]... [--dir D] [--up RATE] [--once|--for D] [--web] [--dry-run]',
    load: () => import('./commands/share.ts'),
  },
  {
    name: 'get',
    summary: 'fetch what a link or torrent names',
    usage: 'get LINK|TORRENT|- [-o DIR] [--select GLOB]... [--peer H:P]... [--timeout D] [--seed]',
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'list',
    summary: 'the transfers of the running Shoal',
    usage: 'list [FILTER]',
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'show',
    summary: 'one transfer: files, peers, why it is slow, may you switch off',
    usage: 'show ID',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'pause',
    summary: 'transfers rest until told',
    usage: 'pause ID... | --all [--for D]',
    load: () => import('./commands/pause.ts'),
  },
  {
    name: 'resume',
    summary: 'they go on, or try again what failed',
    usage: 'resume ID... | --all',
    load: () => import('./commands/resume.ts'),
  },
  {
    name: 'recheck',
    summary: 'look at every byte on disk again',
    usage: 'recheck ID...',
    load: () => import('./commands/recheck.ts'),
  },
  {
    name: 'move',
    summary: 'the data goes to another folder',
    usage: 'move ID... --to DIR [--already-there]',
    load: () => import('./commands/move.ts'),
  },
  {
    name: 'limit',
    summary: 'how fast transfers may be',
    usage: 'limit ID... [--up RATE|none] [--down RATE|none]',
    load: () => import('./commands/limit.ts'),
  },
  {
    name: 'remove',
    summary: 'forget transfers; files stay unless told',
    usage: 'remove ID... [--data keep|trash|delete] | --undo ID...',
    load: () => import('./commands/remove.ts'),
  },
  {
    name: 'unshare',
    summary: 'stop sharing; when it answers nothing is given any more',
    usage: 'unshare ID... | --all',
    load: () => import('./commands/unshare.ts'),
  },
  {
    name: 'library',
    summary: 'folders that are found and searched here, and offered to whom you say',
    usage:
      'library add PATH [--to me|link|everyone] | remove|list|scan|browse|seen-by|duplicates|proposals [FOLDER]',
    words: ['add', 'remove', 'list', 'scan', 'browse', 'seen-by', 'duplicates', 'proposals'],
    load: () => import('./commands/library.ts'),
  },
  {
    name: 'search',
    summary: 'find in what is here: folders and transfers',
    usage: 'search WORDS... [--type KIND] [--size SIZE] [--ext EXT]',
    load: () => import('./commands/search.ts'),
  },
  {
    name: 'checks',
    summary: 'what looks at what arrived, and what is kept locked',
    usage: 'checks [scan ID... | delete ID FILE]',
    words: ['scan', 'delete'],
    load: () => import('./commands/checks.ts'),
  },
  {
    name: 'blocklist',
    summary: 'contents and addresses that are not wanted here',
    usage:
      'blocklist [list] | add URL|FILE [--key HEX] | remove|refresh ID | contents | block|unblock CONTENT | log',
    words: ['list', 'add', 'remove', 'refresh', 'contents', 'block', 'unblock', 'log'],
    load: () => import('./commands/blocklist.ts'),
  },
  {
    name: 'start',
    summary: 'Shoal runs, and its page is opened (also `shoal` alone)',
    usage: 'start [--no-open] [--foreground]',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'stop',
    summary: 'end the running Shoal',
    usage: 'stop',
    load: () => import('./commands/stop.ts'),
  },
  {
    name: 'restart',
    summary: 'end it and start it anew',
    usage: 'restart',
    load: () => import('./commands/restart.ts'),
  },
  {
    name: 'status',
    summary: 'what the running Shoal does',
    usage: 'status',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'page',
    summary: 'a fresh link to its page',
    usage: 'page',
    load: () => import('./commands/page.ts'),
  },
  {
    name: 'log',
    summary: 'what happened, without names of files',
    usage: 'log [-f] [--last] [-n N]',
    load: () => import('./commands/log.ts'),
  },
  {
    name: 'config',
    summary: 'settings: all, one, changed, and where they are',
    usage: 'config list | get KEY | set KEY VALUE... | path',
    words: ['list', 'get', 'set', 'path'],
    load: () => import('./commands/config.ts'),
  },
  {
    name: 'import',
    summary: 'the transfers of another client come to the running Shoal',
    usage: 'import qbittorrent|transmission DIR [--paused] [--dry-run]',
    words: ['qbittorrent', 'transmission'],
    load: () => import('./commands/import.ts'),
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
    name: 'setup',
    summary: '`shoal` as a command everywhere, and magnet links; with undo',
    usage: 'setup [--undo]',
    load: () => import('./commands/setup.ts'),
  },
  {
    name: 'service',
    summary: 'Shoal starts with your session and is kept running',
    usage: 'service install [--print] | remove',
    words: ['install', 'remove'],
    load: () => import('./commands/service.ts'),
  },
  {
    name: 'completion',
    summary: 'makes your shell complete commands and options',
    usage: 'completion bash|zsh|fish|powershell',
    words: ['bash', 'zsh', 'fish', 'powershell'],
    load: () => import('./commands/completion.ts'),
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
