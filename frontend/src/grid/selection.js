// Which cell is active and how far the range reaches from it: places only, no elements.
export class Selection {
  constructor(size, { moved, covered }) {
    Object.assign(this, { size, moved, covered, row: 0, col: 0, toRow: 0, toCol: 0 });
  }

  go(row, col, { extend = false } = {}) {
    const { rows, cols } = this.size();
    const inside = (value, end) => Math.max(0, Math.min(value, end - 1));
    this.toRow = inside(row, rows);
    this.toCol = inside(col, cols);
    if (!extend) [this.row, this.col] = [this.toRow, this.toCol];
    this.moved();
  }

  /** Cover a block; the view stays where it is. */
  cover(top, left, rows, cols) {
    Object.assign(this, { row: top, col: left, toRow: top + rows - 1, toCol: left + cols - 1 });
    this.covered();
  }

  /** Move by steps; a range grows at its far corner. */
  step(rows, cols, extend = false) {
    const [row, col] = extend ? [this.toRow, this.toCol] : [this.row, this.col];
    this.go(row + rows, col + cols, { extend });
  }

  /** Go on to the next cell of the row, then to the next row; false at the end of the list. */
  next(by) {
    const { rows, cols } = this.size();
    const at = this.row * cols + this.col + by;
    if (at < 0 || at >= rows * cols) return false;
    this.go(Math.floor(at / cols), at % cols);
    return true;
  }

  get range() {
    return {
      top: Math.min(this.row, this.toRow),
      bottom: Math.max(this.row, this.toRow),
      left: Math.min(this.col, this.toCol),
      right: Math.max(this.col, this.toCol),
    };
  }

  has(row, col) {
    const { top, bottom, left, right } = this.range;
    return row >= top && row <= bottom && col >= left && col <= right;
  }

  /** The cells of the range, row by row. */
  *cells() {
    const { top, bottom, left, right } = this.range;
    for (let row = top; row <= bottom; row++) for (let col = left; col <= right; col++) yield { row, col };
  }
}
