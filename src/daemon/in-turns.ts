// The same done for thousands without holding the event loop: others have their turn in between.

/** Of what takes up to a tenth of a millisecond each: well under the 50 ms that nobody may hold the loop. */
const IN_A_TURN = 100

/** What is being done may add or take away some meanwhile: those that are there when it is called are done. */
export async function inTurns<Item>(items: Iterable<Item>, act: (item: Item) => void): Promise<void> {
  const all = [...items]
  for (let at = 0; at < all.length; at += IN_A_TURN) {
    if (at > 0) await new Promise<void>((resolve) => setImmediate(resolve))
    for (const item of all.slice(at, at + IN_A_TURN)) act(item)
  }
}
