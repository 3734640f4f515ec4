// Why a web seed is not asked, as people say it.

const WHY: Readonly<Record<string, string>> = {
  NOT_FOUND: 'it does not have the files',
  FORBIDDEN: 'it does not give us the files',
  LENGTH_DIFFERS: 'its files have another length',
  RANGES_IGNORED: 'it cannot give parts of files',
  WRONG_RANGE: 'it gives other parts than were asked for',
  ENCODED: 'it packs what it sends',
  TOO_MANY_REQUESTS: 'it wants to be asked less often',
  BUSY: 'it is busy',
  STATUS: 'it answers with an error',
  CUT_SHORT: 'its answers break off',
  TOO_SLOW: 'next to nothing comes from it',
  UNREACHABLE: 'it cannot be reached',
  TIMEOUT: 'it does not answer',
  NAME_NOT_FOUND: 'its name is not known',
  ADDRESS_REFUSED: 'it leads to an address where no link may lead',
  TLS: 'its certificate is not trusted',
  REDIRECTS: 'it leads from one place to the next',
  POISON: 'it gave wrong data',
}

/** @param dropped for good; else for now */
export function explainWebSeed(name: string, reason: string, dropped: boolean): string {
  const why = WHY[reason] ?? reason
  return dropped ? `${name} is not asked any more: ${why}` : `${name} is asked again later: ${why}`
}
