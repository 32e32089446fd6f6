"""What one desk has sent: each order once, with its bracket, and kept beyond the end of the process."""

from mia_plugins.errors import MiaError
from mia_plugins.runtime.account import Fill
from mia_plugins.runtime.bracketing import DeskError
from mia_plugins.runtime.brackets import Bracket, OrderState
from mia_plugins.runtime.context import Context


class Sent:
    """Orders by their ids, as long as the bracket is not done."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._orders: dict[str, tuple[Bracket, OrderState]] = {}
        self._unnoted: set[str] = set()
        """Executions that were counted and could not be noted."""

    def find(self, order_id: str) -> tuple[Bracket, OrderState] | None:
        """Return an order with its bracket."""
        return self._orders.get(order_id)

    def remember(self, bracket: Bracket, orders: list[OrderState]) -> MiaError | None:
        """Note orders before they are sent; return why they cannot be kept.

        One that was sent before would be filled again: that is raised.
        """
        context, unkept = self._context, None
        ids = [order.order_id for order in orders]
        known = next((one for one in ids if one in self._orders), "")
        if not known:
            try:
                known = context.keeper.claim(ids, context.strategy_id, bracket)
            except MiaError as error:
                unkept = error
        if known:
            raise DeskError(f"the order {known} of {context.who} was sent before")
        self.know(bracket, orders)
        return unkept

    def know(self, bracket: Bracket, orders: list[OrderState]) -> None:
        """Take orders that are at the broker, or on their way to it."""
        for order in orders:
            self._orders[order.order_id] = (bracket, order)

    def note(self, execution_id: str, fill: Fill, reason: str) -> bool:
        """Note an execution that is about to be counted; say whether it had never been.

        One that cannot be noted is to be counted all the same, and not when it is told once more.
        """
        if execution_id in self._unnoted:
            return False
        self._unnoted.add(execution_id)
        is_new = self._context.keeper.note(execution_id, self._context.strategy_id, fill, reason)
        self._unnoted.discard(execution_id)
        return is_new

    def keep(self, bracket: Bracket) -> None:
        """Note what has changed of a bracket."""
        self._context.keeper.keep(self._context.strategy_id, bracket)

    def forget(self, bracket: Bracket) -> None:
        """Let a bracket go that is done; a broker may tell more of its orders."""
        if not self._context.terms.is_live:
            for order in bracket.orders:
                self._orders.pop(order.order_id, None)
        self.keep(bracket)
