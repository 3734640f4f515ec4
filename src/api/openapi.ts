// The OpenAPI 3.1 document of the API, made of the table of calls: nothing is said twice, so nothing can differ.
// Schemas that have a name of their own stand once, below components.

import { z } from 'zod'
import { API_ROOT } from './client.ts'
import { ROUTES, type Route } from './routes.ts'
import { Added, AddRequest, Inspection } from './schemas/adding.ts'
import { Category, Folder, SettingRow, TokenRow } from './schemas/machine.ts'
import { ShareFacts, ShareRequest, Survey } from './schemas/share.ts'
import { Findings, LogEntry, Network, Status, Totals } from './schemas/status.ts'
import {
  ErrorBody,
  FileRow,
  Outcome,
  PeerRow,
  TrackerRow,
  TransferChange,
  TransferDetails,
  TransferList,
  TransferRow,
} from './schemas/transfer.ts'

const NAMED = {
  Added,
  AddRequest,
  Category,
  ErrorBody,
  FileRow,
  Findings,
  Folder,
  Inspection,
  LogEntry,
  Network,
  Outcome,
  PeerRow,
  SettingRow,
  ShareFacts,
  ShareRequest,
  Status,
  Survey,
  TokenRow,
  Totals,
  TrackerRow,
  TransferChange,
  TransferDetails,
  TransferList,
  TransferRow,
}

type Json = Readonly<Record<string, unknown>>

const COMPONENTS = '#/components/schemas/'

export function openApiDocument(version: string): Json {
  const names = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(NAMED)) names.add(schema, { id })
  const shown = new Map<string, Json>()
  const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const {
      $schema: _,
      $defs,
      ...whole
    } = z.toJSONSchema(schema, {
      metadata: names,
      io,
      target: 'draft-2020-12',
    }) as { $schema?: string; $defs?: Record<string, Json> }
    for (const [id, named] of Object.entries($defs ?? {})) shown.set(id, rewritten(named, io))
    return rewritten(whole, io)
  }

  const paths: Record<string, Record<string, Json>> = {}
  for (const [name, route] of Object.entries(ROUTES)) {
    const at = `${API_ROOT}${route.path.replace(/:(\w+)/g, '{$1}')}`
    paths[at] = { ...paths[at], [route.method.toLowerCase()]: operation(name, route, schemaOf) }
  }
  const error = { type: 'object', required: ['error'], properties: { error: schemaOf(ErrorBody, 'output') } }
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Shoal',
      version,
      summary: 'What Shoal’s page and command line are made of',
      description: 'Calls that carry bytes instead of JSON are described in docs/api.md.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ token: [] }, { password: [] }],
    paths,
    components: {
      schemas: { ...Object.fromEntries([...shown].sort(([a], [b]) => (a < b ? -1 : 1))), Failure: error },
      responses: {
        Failure: {
          description: 'Nothing was changed; `error.code` is stable, `error.message` is for people',
          content: { 'application/json': { schema: { $ref: `${COMPONENTS}Failure` } } },
        },
      },
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token of Settings › Server' },
        password: { type: 'http', scheme: 'basic', description: 'The same token as password, with any name' },
      },
    },
  }
}

function operation(
  name: string,
  { method, path, scope, summary, input, output }: Route,
  schemaOf: (schema: z.ZodType, io: 'input' | 'output') => Json,
): Json {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => parameter as string)
  const whole = schemaOf(input, 'input')
  const properties = (whole.properties ?? {}) as Readonly<Record<string, Json>>
  const required = new Set((whole.required ?? []) as readonly string[])
  const isQuery = method === 'GET' || method === 'DELETE'
  const parameters = Object.entries(properties)
    .filter(([key]) => isQuery || inPath.includes(key))
    .map(([key, schema]) => ({
      name: key,
      in: inPath.includes(key) ? 'path' : 'query',
      required: inPath.includes(key) || required.has(key),
      schema,
    }))
  return {
    operationId: name,
    summary,
    'x-scope': scope,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(isQuery ? {} : { requestBody: body(without(whole, inPath)) }),
    responses: {
      200: { description: 'Done', content: { 'application/json': { schema: schemaOf(output, 'output') } } },
      default: { $ref: '#/components/responses/Failure' },
    },
  }
}

function body(schema: Json): Json {
  return { required: true, content: { 'application/json': { schema } } }
}

/** What the path says already is not in the body. */
function without(schema: Json, names: readonly string[]): Json {
  const { properties, required, ...rest } = schema
  if (names.length === 0 || properties === undefined) return schema
  const kept = Object.entries(properties as Json).filter(([key]) => !names.includes(key))
  const needed = ((required ?? []) as readonly string[]).filter((key) => !names.includes(key))
  return {
    ...rest,
    properties: Object.fromEntries(kept),
    ...(needed.length === 0 ? {} : { required: needed }),
  }
}

/** References are those of the document; and answers may have more fields one day. */
function rewritten<Value>(value: Value, io: 'input' | 'output'): Value {
  if (Array.isArray(value)) return value.map((inner) => rewritten(inner, io)) as Value
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key, inner]) => !(io === 'output' && key === 'additionalProperties' && inner === false))
    .map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', COMPONENTS)
        : rewritten(inner, io),
    ])
  return Object.fromEntries(entries) as Value
}
