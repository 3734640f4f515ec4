// Words of the Transfers view: columns, chips, actions, and what an empty list says.

export const enTransfers = {
  'transfers.title': 'Transfers',
} as const
