/**
 * Formats a Markdown table, padded so that it is readable in a terminal too. The first column contains text, the others
 * numbers.
 */
export function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = heads.map((head, column) => {
    const width = Math.max(3, ...[head, ...rows.map((row) => row[column] ?? '')].map(lengthOf))
    const isText = column === 0
    return {
      rule: isText ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
      pad: (cell: string) => (isText ? cell.padEnd(width) : cell.padStart(width)),
    }
  })
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const padded = (cells: readonly string[]) =>
    line(columns.map(({ pad }, column) => pad(cells[column] ?? '')))
  return [padded(heads), line(columns.map(({ rule }) => rule)), ...rows.map(padded)].join('\n')
}

const lengthOf = (text: string): number => text.length
