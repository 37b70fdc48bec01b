"""What every table is made of: the ancestor of the rows, and the types of columns that they share."""

import enum
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar

from sqlalchemy import JSON, BigInteger, Enum, Integer, MetaData
from sqlalchemy.orm import DeclarativeBase, mapped_column

from storage.column_types import EncryptedText, ExactDecimal, PlainText, UtcDateTime

Key = Annotated[str, mapped_column(primary_key=True)]
Number = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
Amount = Annotated[Decimal, mapped_column(ExactDecimal)]
Sealed = Annotated[str, mapped_column(EncryptedText)]


class Row(DeclarativeBase):
    """Every table's ancestor."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        str: PlainText(),
        datetime: UtcDateTime(),
        enum.Enum: Enum(
            enum.Enum, native_enum=False, length=32, values_callable=lambda members: [m.value for m in members]
        ),
        list[Any]: JSON(),
        dict[str, Any]: JSON(),
    }
