// Ids that do not depend on where the checkout lies: the same sources give the same bytes in every folder.
module.exports = { optimization: { moduleIds: 'natural', chunkIds: 'natural' } };
