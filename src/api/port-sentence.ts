// That the port somebody chose cannot be had, and what to do. For whoever runs on another one meanwhile, and as an error.

type Data = Readonly<Record<string, unknown>>

/** @param code PORT_IN_USE or PORT_DENIED */
export function portSentence({ code, data }: { readonly code: string; readonly data: Data }): string {
  return code === 'PORT_DENIED' ? portDenied(data) : portInUse(data)
}

export function portRemedy({ code }: { readonly code: string }): string {
  return code === 'PORT_DENIED'
    ? 'Choose one above 1023: `shoal config set network.port N`.'
    : 'Close it and say `shoal restart`, or choose another: `shoal config set network.port N`.'
}

export function portInUse({ port }: Data): string {
  return `${port === undefined ? 'The port' : `Port ${port}`} is used by another program, so others may not reach you.`
}

export function portDenied({ port }: Data): string {
  return `The system does not let Shoal use ${port === undefined ? 'this port' : `port ${port}`}.`
}
