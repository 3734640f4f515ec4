// The description of an Internet Gateway Device: its name and the services that can map ports.
// Invariant: every control URL that is returned leads to the host that the description came from.

import { readXml, type XmlElement } from './xml.ts'

/** In order of preference. PPP is what routers on a dial-up line (most DSL) offer. */
const SERVICES = [
  'urn:schemas-upnp-org:service:WANIPConnection:2',
  'urn:schemas-upnp-org:service:WANIPConnection:1',
  'urn:schemas-upnp-org:service:WANPPPConnection:1',
] as const

/** Routers with several lines have a service for each. */
const MAX_SERVICES = 4
/** Shown to the person. */
const MAX_NAME_CHARACTERS = 64
const MAX_URL_CHARACTERS = 256

export interface IgdService {
  readonly type: (typeof SERVICES)[number]
  readonly controlUrl: string
}

export interface IgdDescription {
  /** As its maker or owner called it; text from the network. */
  readonly name: string
  /** At least one, the best first. */
  readonly services: readonly IgdService[]
}

/** @param location where `document` was fetched from, an http URL with a literal host */
export function readIgd(document: string, location: string): IgdDescription | undefined {
  const root = readXml(document)
  if (root === undefined || root.name !== 'root') return undefined
  const base = within(child(root, 'URLBase')?.text, location) ?? location
  const found: IgdService[] = []
  for (const service of servicesOf(root)) {
    const type = SERVICES.find((known) => known === child(service, 'serviceType')?.text)
    const controlUrl = within(child(service, 'controlURL')?.text, base)
    if (type !== undefined && controlUrl !== undefined) found.push({ type, controlUrl })
  }
  if (found.length === 0) return undefined
  const rank = ({ type }: IgdService): number => SERVICES.indexOf(type)
  const services = found.sort((a, b) => rank(a) - rank(b)).slice(0, MAX_SERVICES)
  const device = child(root, 'device')
  const name = (device === undefined ? undefined : child(device, 'friendlyName')?.text) ?? ''
  return { name: name.slice(0, MAX_NAME_CHARACTERS), services }
}

/** `reference` against `base`, when it is plain http to the same host; the port may differ. */
function within(reference: string | undefined, base: string): string | undefined {
  if (reference === undefined || reference === '' || reference.length > MAX_URL_CHARACTERS) return undefined
  if (!URL.canParse(reference, base)) return undefined
  const url = new URL(reference, base)
  const same = url.protocol === 'http:' && url.hostname === new URL(base).hostname && url.username === ''
  return same ? url.href : undefined
}

function child(element: XmlElement, name: string): XmlElement | undefined {
  return element.children.find((one) => one.name === name)
}

/** Every <service> however deep in nested devices: readXml bounded both. */
function* servicesOf(element: XmlElement): Generator<XmlElement> {
  for (const one of element.children) {
    if (one.name === 'service') yield one
    else yield* servicesOf(one)
  }
}
