// SSDP, descriptions and SOAP against what miniupnpd says, what other routers are known to say, and what an enemy would.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fromLatin1, fromUtf8, utf8 } from '../../base/bytes.ts'
import { readIgd } from './igd.ts'
import { encodeSoap, type IgdAction, parseSoap } from './soap.ts'
import { encodeSearch, parseSsdpAnswer, SEARCH_TARGETS, SSDP_GROUP } from './ssdp.ts'
import { childText, MAX_XML_CHARACTERS, MAX_XML_DEPTH, MAX_XML_ELEMENTS, readXml } from './xml.ts'

interface Vectors {
  readonly ssdp: string
  readonly location: string
  readonly description: string
  readonly soap: readonly { readonly case: string; readonly action: IgdAction; readonly body: string }[]
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../test/vectors/natmap.json', import.meta.url), 'utf8'),
) as Vectors

function soap(name: string) {
  const found = vectors.soap.find((one) => one.case === name)
  assert.ok(found !== undefined, name)
  return parseSoap(found.body, found.action)
}

test('a search is what UPnP Device Architecture 1.1 asks for, alone and to all', () => {
  assert.equal(
    fromLatin1(encodeSearch(SEARCH_TARGETS[0], SSDP_GROUP)),
    'M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "ssdp:discover"\r\nMX: 1\r\n' +
      'ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n\r\n',
  )
  assert.doesNotMatch(fromLatin1(encodeSearch(SEARCH_TARGETS[0], '192.168.1.1')), /MX/)
})

test('the answer of miniupnpd is read, cut anywhere it says nothing else', () => {
  const bytes = utf8(vectors.ssdp)
  assert.deepEqual(parseSsdpAnswer(bytes), { location: vectors.location, target: SEARCH_TARGETS[0] })
  for (let end = 0; end < bytes.length; end++) {
    const said = parseSsdpAnswer(bytes.subarray(0, end))
    assert.ok(said === undefined || vectors.location.startsWith(said.location))
  }
})

test('answers of other devices, other messages, and two locations are no answers', () => {
  const answer = (lines: string) => parseSsdpAnswer(utf8(`HTTP/1.1 200 OK\r\n${lines}\r\n\r\n`))
  const target = `ST: ${SEARCH_TARGETS[0]}`
  assert.ok(answer(`LOCATION: http://192.168.1.1/a\r\n${target}`) !== undefined)
  assert.equal(answer(`LOCATION: http://192.168.1.1/a\r\nST: upnp:rootdevice`), undefined)
  assert.equal(answer(`LOCATION: https://192.168.1.1/a\r\n${target}`), undefined)
  assert.equal(answer(`LOCATION: file:///etc/passwd\r\n${target}`), undefined)
  assert.equal(answer(`LOCATION: http://a b/\r\n${target}`), undefined)
  assert.equal(answer(`LOCATION: http://192.168.1.1/${'a'.repeat(300)}\r\n${target}`), undefined)
  assert.equal(answer(`LOCATION: http://a/\r\nLOCATION: http://b/\r\n${target}`), undefined)
  assert.equal(parseSsdpAnswer(utf8(vectors.ssdp.replace('HTTP/1.1 200 OK', 'NOTIFY * HTTP/1.1'))), undefined)
  assert.equal(parseSsdpAnswer(new Uint8Array(1_501)), undefined)
})

test('the description of miniupnpd gives its name and where to ask', () => {
  assert.deepEqual(readIgd(vectors.description, vectors.location), {
    name: 'Kitchen router',
    services: [
      {
        type: 'urn:schemas-upnp-org:service:WANIPConnection:2',
        controlUrl: new URL('/ctl/IPConn', vectors.location).href,
      },
    ],
  })
})

function description(services: string, base = ''): string {
  return `<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0">${base}<device><friendlyName>R</friendlyName><serviceList>${services}</serviceList></device></root>`
}

const service = (type: string, control: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`

test('of several services the newest on a line comes first, PPP last', () => {
  const types = readIgd(
    description(
      service('WANPPPConnection:1', 'a') +
        service('WANIPConnection:1', 'b') +
        service('Layer3Forwarding:1', 'c') +
        service('WANIPConnection:2', 'd'),
    ),
    'http://192.168.1.1:49000/desc.xml',
  )?.services.map(({ type, controlUrl }) => `${type.split(':').slice(-2).join(':')} ${controlUrl}`)
  assert.deepEqual(types, [
    'WANIPConnection:2 http://192.168.1.1:49000/d',
    'WANIPConnection:1 http://192.168.1.1:49000/b',
    'WANPPPConnection:1 http://192.168.1.1:49000/a',
  ])
})

test('no description leads to another host: neither by control URL nor by base', () => {
  const location = 'http://192.168.1.1/desc.xml'
  const control = (url: string, base?: string) =>
    readIgd(description(service('WANIPConnection:1', url), base), location)?.services[0]?.controlUrl
  assert.equal(control('http://192.168.1.1:5000/c'), 'http://192.168.1.1:5000/c')
  for (const url of [
    'http://192.168.1.2/c',
    '//10.0.0.1/c',
    'https://192.168.1.1/c',
    'ftp://192.168.1.1/c',
    'http://user@192.168.1.1/c',
    'http://192.168.1.1.evil.example/c',
    '',
  ])
    assert.equal(control(url), undefined, url)
  assert.equal(control('/c', '<URLBase>http://127.0.0.1:80/</URLBase>'), 'http://192.168.1.1/c')
  assert.equal(control('/c', '<URLBase>http://192.168.1.1:81/x/</URLBase>'), 'http://192.168.1.1:81/c')
})

test('SOAP answers and faults of miniupnpd are read', () => {
  const address = soap('the address outside')
  assert.equal(address?.ok && address.value('NewExternalIPAddress'), '45.67.89.1')
  const entry = soap('we have the port')
  assert.equal(entry?.ok && entry.value('NewInternalClient'), '192.168.77.2')
  assert.equal(entry?.ok && entry.value('NewInternalPort'), '5000')
  const chosen = soap('the router chooses')
  assert.equal(chosen?.ok && chosen.value('NewReservedPort'), '5000')
  assert.equal(soap('mapped')?.ok, true)
  assert.equal(soap('given back')?.ok, true)
  for (const [name, code] of [
    ['nobody has the port', 714],
    ['for another computer', 718],
    ['a port its owner does not allow', 606],
    ['no such action', 401],
  ] as const)
    assert.deepEqual(soap(name), { ok: false, code })
})

test('an answer cut anywhere is no answer, and the answer of another action neither', () => {
  for (const { body, action } of vectors.soap) {
    const whole = body.trimEnd().length
    for (let end = 0; end < whole; end++) assert.equal(parseSoap(body.slice(0, end), action), undefined)
    assert.ok(action === 'DeletePortMapping' || !parseSoap(body, 'DeletePortMapping')?.ok)
  }
  for (let end = 0; end < vectors.description.trimEnd().length; end++)
    assert.equal(readIgd(vectors.description.slice(0, end), vectors.location), undefined)
})

test('what is sent is escaped, in the order given', () => {
  const { body, headers } = encodeSoap('urn:x:1', 'AddPortMapping', [
    ['NewRemoteHost', ''],
    ['NewPortMappingDescription', `a<b>&"c'`],
  ])
  const root = readXml(fromUtf8(body))
  const call = root?.children[0]?.children[0]
  assert.deepEqual(
    call?.children.map(({ name }) => name),
    ['NewRemoteHost', 'NewPortMappingDescription'],
  )
  assert.equal(call === undefined ? '' : childText(call, 'NewPortMappingDescription'), `a<b>&"c'`)
  assert.equal(headers.soapaction, '"urn:x:1#AddPortMapping"')
})

test('XML: references, CDATA, comments and prefixes are understood', () => {
  const root = readXml(
    '\uFEFF<?xml version="1.0"?>\n<!-- x --><s:a b="1" c = \'2\'><d/>&amp;&#65;&#x42;<![CDATA[<&>]]></s:a >\n\0',
  )
  assert.deepEqual(root, {
    name: 'a',
    text: '&AB<&>',
    children: [{ name: 'd', text: '', children: [] }],
  })
})

test('XML: what is not well formed, expands, or is beyond a limit is refused', () => {
  for (const document of [
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a></a><b></b>',
    '<a></a>text',
    '<a>&nbsp;</a>',
    '<a>&amp</a>',
    '<a>&#0;</a>',
    '<a>&#xD800;</a>',
    '<a>&#x110000;</a>',
    '<a b=1></a>',
    '<a b="<"></a>',
    '<1a></1a>',
    '<a><!-- -- --></a>',
    '<!DOCTYPE a><a></a>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    `${'<a>'.repeat(MAX_XML_DEPTH + 1)}${'</a>'.repeat(MAX_XML_DEPTH + 1)}`,
    `<a>${'<b/>'.repeat(MAX_XML_ELEMENTS)}</a>`,
    `<a>${' '.repeat(MAX_XML_CHARACTERS)}</a>`,
    `<${'a'.repeat(101)}/>`,
  ])
    assert.equal(readXml(document), undefined, document.slice(0, 60))
  assert.ok(readXml(`${'<a>'.repeat(MAX_XML_DEPTH)}${'</a>'.repeat(MAX_XML_DEPTH)}`) !== undefined)
})
