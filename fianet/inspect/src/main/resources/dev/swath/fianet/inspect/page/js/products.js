function productsView() {
  return [];
}
