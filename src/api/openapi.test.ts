// The OpenAPI document, held against the rules of OpenAPI 3.1 and JSON Schema 2020-12, and against the table of calls.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { z } from 'zod'
import { openApiDocument } from './openapi.ts'
import { ROUTES } from './routes.ts'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly parameters?: readonly { name: string; in: string; required: boolean; schema: object }[]
  readonly requestBody?: { content: { 'application/json': { schema: object } } }
  readonly responses: Readonly<Record<string, { description?: string; $ref?: string; content?: object }>>
}

// What is read by others is text: references must hold in it as it is sent.
const TEXT = JSON.stringify(openApiDocument('1.2.3'))
const DOCUMENT = JSON.parse(TEXT) as {
  openapi: string
  info: { title: string; version: string }
  paths: Record<string, Record<string, Operation>>
  components: {
    schemas: Record<string, object>
    responses: Record<string, object>
    securitySchemes: Record<string, { type: string; scheme: string }>
  }
  security: Record<string, string[]>[]
}

const operations = Object.entries(DOCUMENT.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
)

function every(value: unknown, visit: (key: string, value: unknown) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    visit(key, inner)
    every(inner, visit)
  }
}

test('every call of the table is in it, and nothing else', () => {
  const written = operations.map(
    ({ path, method, operation }) => `${operation.operationId} ${method} ${path}`,
  )
  const table = Object.entries(ROUTES).map(
    ([name, { method, path }]) => `${name} ${method.toLowerCase()} /api/v1${path.replace(/:(\w+)/g, '{$1}')}`,
  )
  assert.deepEqual(written.sort(), table.sort())
})

test('it keeps the rules of OpenAPI 3.1', () => {
  assert.match(DOCUMENT.openapi, /^3\.1\.\d+$/)
  assert.ok(DOCUMENT.info.title !== '' && DOCUMENT.info.version === '1.2.3')
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length, 'operation ids are unique')
  const shapes = Object.keys(DOCUMENT.paths).map((path) => path.replace(/\{\w+\}/g, '{}'))
  assert.equal(new Set(shapes).size, shapes.length, 'no two paths differ by names of parameters only')
  for (const { path, method, operation } of operations) {
    const where = `${method} ${path}`
    assert.match(path, /^\//)
    assert.ok(operation.summary !== '', where)
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const parameters = operation.parameters ?? []
    const named = parameters.filter((each) => each.in === 'path')
    assert.deepEqual(named.map(({ name }) => name).sort(), inPath.sort(), where)
    assert.ok(
      named.every(({ required }) => required),
      where,
    )
    const keys = parameters.map((each) => `${each.in} ${each.name}`)
    assert.equal(new Set(keys).size, keys.length, where)
    if (method === 'get' || method === 'delete') assert.equal(operation.requestBody, undefined, where)
    else assert.ok(operation.requestBody !== undefined, where)
    for (const [status, { description, $ref }] of Object.entries(operation.responses)) {
      assert.match(status, /^([1-5]\d\d|default)$/)
      assert.ok(description !== undefined || $ref !== undefined, `${where} ${status}`)
    }
  }
  for (const requirement of DOCUMENT.security)
    for (const name of Object.keys(requirement)) assert.ok(name in DOCUMENT.components.securitySchemes, name)
  for (const name of Object.keys(DOCUMENT.components.schemas)) assert.match(name, /^[A-Za-z0-9._-]+$/)
})

test('every reference leads somewhere', () => {
  const references: string[] = []
  every(DOCUMENT, (key, value) => {
    if (key === '$ref') references.push(String(value))
  })
  assert.ok(references.length > 50)
  for (const reference of new Set(references)) {
    let at: unknown = DOCUMENT
    for (const part of reference.replace('#/', '').split('/')) at = (at as Record<string, unknown>)[part]
    assert.ok(at !== undefined, reference)
  }
})

test('every schema is one of JSON Schema 2020-12, and takes what the table takes', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'doc', components: DOCUMENT.components }, 'doc')
  const absolute = (schema: object): object =>
    JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"doc#/')) as object
  for (const { operation } of operations) {
    const body = operation.requestBody?.content['application/json'].schema
    for (const schema of [body, ...(operation.parameters ?? []).map((each) => each.schema)])
      if (schema !== undefined) ajv.compile(absolute(schema))
    for (const { content } of Object.values(operation.responses))
      if (content !== undefined)
        ajv.compile(
          absolute((content as { 'application/json': { schema: object } })['application/json'].schema),
        )
  }
  const add = DOCUMENT.paths['/api/v1/transfers']?.post?.requestBody?.content['application/json'].schema
  const takes = ajv.compile(absolute(add as object))
  for (const [input, fits] of [
    [{ source: { link: 'magnet:?xt=urn:btih:x' }, upLimit: 1_000 }, true],
    [{ source: { link: 'magnet:?xt=urn:btih:x' }, upLimit: 1 }, false],
    [{ source: {} }, false],
    [{}, false],
  ] as const) {
    assert.equal(takes(input), fits, JSON.stringify(input))
    assert.equal(z.safeParse(ROUTES.addTransfer.input, input).success, fits)
  }
})

test('answers may have more fields one day, and so are not closed', () => {
  for (const { operation } of operations) {
    every(operation.responses, (key, value) => {
      if (key === 'additionalProperties') assert.notEqual(value, false, operation.operationId)
    })
  }
})
