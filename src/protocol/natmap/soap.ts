// The calls that map ports with a UPnP router (WANIPConnection 1 and 2), as SOAP 1.1 bodies, and its answers.
// Promise: what is sent is escaped; what comes back is text of bounded length that nobody has believed yet.

import { utf8 } from '../../base/bytes.ts'
import type { MappingFailure } from './mapping.ts'
import { childText, escapeXml, readXml } from './xml.ts'

export type IgdAction =
  | 'GetExternalIPAddress'
  | 'GetSpecificPortMappingEntry'
  | 'AddPortMapping'
  | 'AddAnyPortMapping'
  | 'DeletePortMapping'

export interface SoapRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** Arguments in the order of the service's description: some routers read them by position. */
export function encodeSoap(
  service: string,
  action: IgdAction,
  values: readonly (readonly [string, string])[],
): SoapRequest {
  const written = values.map(([name, value]) => `<${name}>${escapeXml(value)}</${name}>`).join('')
  const body =
    '<?xml version="1.0"?>\r\n' +
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" ' +
    's:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"><s:Body>' +
    `<u:${action} xmlns:u="${service}">${written}</u:${action}>` +
    '</s:Body></s:Envelope>\r\n'
  return {
    headers: { 'content-type': 'text/xml; charset="utf-8"', soapaction: `"${service}#${action}"` },
    body: utf8(body),
  }
}

export type SoapAnswer =
  | { readonly ok: true; value(name: string): string | undefined }
  /** `code` of UPnP, 0 when the fault names none. */
  | { readonly ok: false; readonly code: number }

/** Undefined when it is neither this action's answer nor a fault. */
export function parseSoap(document: string, action: IgdAction): SoapAnswer | undefined {
  const envelope = readXml(document)
  if (envelope?.name !== 'Envelope') return undefined
  const body = envelope.children.find(({ name }) => name === 'Body')
  const content = body?.children[0]
  if (content === undefined) return undefined
  if (content.name === `${action}Response`) return { ok: true, value: (name) => childText(content, name) }
  if (content.name !== 'Fault') return undefined
  const error = content.children
    .find(({ name }) => name === 'detail')
    ?.children.find(({ name }) => name === 'UPnPError')
  const code = error === undefined ? undefined : childText(error, 'errorCode')
  return { ok: false, code: /^[0-9]{1,4}$/.test(code ?? '') ? Number(code) : 0 }
}

/** Codes of UPnP Device Architecture and WANIPConnection that decide what is tried next. */
export const FAULT_INVALID_ARGUMENTS = 402
export const FAULT_ACTION_FAILED = 501
export const FAULT_NO_SUCH_ENTRY = 714
export const FAULT_CONFLICT = 718
export const FAULT_SAME_PORTS_ONLY = 724
export const FAULT_PERMANENT_LEASES_ONLY = 725
export const FAULT_CONFLICT_WITH_OTHER_MEANS = 729

const FAILURES: Readonly<Record<number, MappingFailure>> = {
  401: 'NOT_SUPPORTED',
  402: 'NOT_SUPPORTED',
  501: 'NO_LINE',
  602: 'NOT_SUPPORTED',
  605: 'NOT_SUPPORTED',
  606: 'REFUSED',
  607: 'REFUSED',
  718: 'CONFLICT',
  724: 'CONFLICT',
  725: 'NOT_SUPPORTED',
  728: 'NO_ROOM',
  729: 'CONFLICT',
}

export function soapFailure(code: number): MappingFailure {
  return FAILURES[code] ?? 'BAD_ANSWER'
}
