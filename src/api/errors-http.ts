// What the daemon refuses over HTTP: who asks, how they ask, what they ask for. Nothing was done when one of these is said.

import { type ErrorTable, given, size, word } from './error-entry.ts'

const ANOTHER_TOKEN =
  'Make another in Settings › Server, or give the one of the `api-token` file in the state folder.'

export const HTTP_ERRORS: ErrorTable = {
  HOST_MISSING: { exit: 2, message: 'The request names no host, so nothing was answered.' },
  HOST_FOREIGN: {
    exit: 2,
    message: (data) => `This is not ${word(data, 'host', 'the server that was asked for')}.`,
    help: 'If it is, and you reach it through a proxy, add that name to server.names.',
  },
  TARGET_INVALID: { exit: 2, message: 'The address of the request is none of this server.' },
  HEADER_TWICE: { exit: 2, message: 'A header that may be there once came twice, so nothing was answered.' },
  METHOD_UNKNOWN: { exit: 2, message: 'Nothing here answers that method.' },
  UPGRADE_UNKNOWN: { exit: 2, message: 'This server speaks HTTP only.' },
  ORIGIN_FOREIGN: {
    exit: 2,
    message: 'Another site sent this request, so it was not looked at.',
    help: 'If you followed a link to get here, type the address instead.',
  },
  TOKEN_MISSING: {
    exit: 2,
    message: 'This needs a session or a token.',
    help: 'For the page: run `shoal page` on the computer where Shoal runs, and open the link it prints.',
  },
  TOKEN_WRONG: { exit: 2, message: 'This token or session is not known here.', help: ANOTHER_TOKEN },
  TOKEN_SCOPE: {
    exit: 2,
    message: (data) =>
      `A token of scope ${word(data, 'scope', 'this kind')} does not reach that far; it takes ${word(data, 'needed', 'another')}.`,
    help: ANOTHER_TOKEN,
  },
  TOKENS_PAUSED: {
    exit: 1,
    message: (data) =>
      `Too many wrong tokens came from there. The next is looked at in ${word(data, 'seconds', '60')} seconds.`,
    retry: true,
  },
  TOKENS_TOO_MANY: {
    exit: 2,
    message: (data) => `There are ${word(data, 'limit', 'as many')} tokens already, which is the most.`,
    help: 'Remove one that is not used.',
  },
  TOKEN_UNKNOWN: { exit: 2, message: 'There is no such token.', help: 'Nothing was changed.' },
  SESSION_FOR_PAGES: {
    exit: 2,
    message: 'A session is for the page in a browser.',
    help: 'Programs use a token (docs/api.md).',
  },
  CODE_USED: {
    exit: 2,
    message: 'This link has been used, or is older than five minutes.',
    help: 'Run `shoal page` on the computer where Shoal runs, and open the link it prints.',
  },
  ROUTE_UNKNOWN: {
    exit: 2,
    message: 'There is nothing at this address.',
    help: 'docs/api.md names what is.',
  },
  INPUT_INVALID: {
    exit: 2,
    message: (data) =>
      `${word(data, 'field', 'What was sent')} is not what is expected there${given(data, 'why', ': ')}.`,
    help: 'Nothing was changed.',
  },
  BODY_NOT_JSON: {
    exit: 2,
    message: 'This takes JSON, sent with `Content-Type: application/json`.',
    help: 'Nothing was changed.',
  },
  BODY_TOO_LARGE: {
    exit: 2,
    message: (data) => `More was sent than the ${size(data, 'limitBytes', 'size')} that is taken here.`,
    help: 'Nothing was changed.',
  },
  STREAMS_TOO_MANY: {
    exit: 1,
    message: 'As many pages follow along as may.',
    help: 'Close one of them.',
    retry: true,
  },
  DROPS_TOO_MANY: {
    exit: 1,
    message: (data) =>
      `${word(data, 'most', 'As many')} files are being copied already, which is the most at once.`,
    help: 'Drop it again when one of them is done.',
    retry: true,
  },
  DROP_TOO_LARGE: {
    exit: 2,
    message: (data) => `A dropped file may have ${size(data, 'limitBytes', 'less')}; this one has more.`,
    help: 'Nothing was kept. Choose it where it lies instead: then nothing is copied.',
  },
  DROP_NO_SPACE: {
    exit: 1,
    message: (data) =>
      `A dropped file may take half of the free space, ${size(data, 'limitBytes', 'which is little')}; this one takes more.`,
    help: 'Nothing was kept. Choose it where it lies instead: then nothing is copied.',
    retry: true,
  },
  DROP_CUT: {
    exit: 1,
    message: 'The file did not come whole.',
    help: 'Nothing was kept. Drop it again.',
    retry: true,
  },
  MEDIA_EXPIRED: {
    exit: 2,
    message: 'This address is older than ten minutes, or was not made by this Shoal.',
    help: 'Open the file from the page again.',
  },
  MEDIA_NOT_WHOLE: {
    exit: 1,
    message: 'This file is not here whole, so it cannot be played yet.',
    retry: true,
  },
  DAEMON_STOPPING: {
    exit: 1,
    message: 'Shoal is being stopped.',
    help: 'Transfers go on where they are when it is started again.',
    retry: true,
  },
  SERVER_NOT_LOCAL: {
    exit: 2,
    message: (data) =>
      `Page and API would be open to other computers at ${word(data, 'host', 'that address')}, and nothing says that they may be.`,
    help: 'Set server.remote if TLS is in front of it (docs/api.md), or leave server.host as it was.',
  },
  PAGE_MISSING: {
    exit: 1,
    message: 'The page of this Shoal has not been built.',
    help: 'Run `npm run build` where Shoal is installed.',
  },
}
