"""Invented street names, every one different: a quarter's theme gives the word, its age the type.

No word here is a person's name; themes are trades, weather, plants, sea and stone.
"""

# ruff: noqa: E501 - tables of words read best with one entry a line

import geopandas as gpd
import numpy as np
from shapely import STRtree

from eldermere.ground import QUARTERS, SEED

WORDS: dict[str, str] = {
    "market": "Butter Corn Cloth Fish Horse Hay Wool Salt Bell Pump Moot Cross Bakers Coopers "
    "Chandlers Glovers Drapers Cheese Candle Pepper Silver Mint Tallow Saddlers Swinegate Cordwain",
    "trade": "Stonecutter Plumb Slate Anvil Chisel Trowel Lintel Gable Rafter Mortar Glazier Joiner Kiln "
    "Lathe Mallet Gavel Thatch Hurdle",
    "cloth": "Loom Shuttle Bobbin Warp Weft Linen Flax Worsted Fustian Kersey Damask Twill Selvage "
    "Spindle Teasel Madder Indigo Tenter",
    "water": "Mere Swan Heron Sedge Bulrush Otter Lakeside Water Reed Waterlily Coot Moorhen Minnow "
    "Dabchick Boathouse Kingcup Fen Osier Mallard Teal",
    "herb": "Sorrel Fennel Borage Lovage Hyssop Comfrey Tansy Yarrow Chervil Feverfew Betony "
    "Valerian",
    "orchard": "Pippin Russet Quince Medlar Damson Codling Bullace Greengage Mulberry Costard "
    "Walnut Cherry",
    "metal": "Copper Pewter Nickel Cobalt Zinc Tin Bronze Brass Platinum Chrome Steel Tungsten",
    "craft": "Tanner Fuller Bark Hide Skinner Dyer Currier Vellum Fellmonger Limepit Oakbark Buckle",
    "rail": "Signal Platform Locomotive Turntable Semaphore Junction Buffer Pullman Parcels "
    "Footplate Engine Coal Tender Ballast",
    "stone": "Granite Marble Flint Basalt Limestone Gneiss Schist Sandstone Dolerite Whinstone "
    "Gabbro Portland Cobble Pebble",
    "foundry": "Furnace Crucible Forge Ingot Hammer Bellows Smelter Casting Rivet Boiler Girder "
    "Ladle Mould Pig-Iron",
    "rope": "Hemp Twine Cable Hawser Halyard Bowline Splice Marlin Lanyard Oakum Strand Reef "
    "Cordage Bobstay Yarn",
    "bridge": "Arch Keystone Pontoon Causeway Abutment Parapet Ferryman Wherry Millrace Sluice Weir "
    "Towpath",
    "works": "Retort Gasholder Coke Meter Purifier Condenser Mantle Gaslight Towngas",
    "retail": "Ringway Parade Arcade Plaza Bazaar",
    "meadow": "Clover Cowslip Campion Vetch Bluebell Harebell Foxglove Buttercup Celandine Speedwell "
    "Meadowsweet Trefoil",
    "moor": "Bracken Ling Gorse Broom Bilberry Cotton Peat Tarn Cairn Grouse Crag Fell Gill Beck",
    "corn": "Barley Wheat Oat Rye Harvest Sickle Stook Gleaner Threshing Stubble Windmill Granary "
    "Furrow Plough Tithe Haystack Millstone Acre",
    "bird": "Curlew Lapwing Plover Fieldfare Goldcrest Linnet Siskin Redwing Sandpiper Skylark "
    "Wagtail Whinchat Yellowhammer Nuthatch Wheatear Dunlin Godwit Chaffinch",
    "salt": "Saltpan Brine Samphire Glasswort Sandwort Saltern Thrift Eelgrass Creek Mudflat Spit "
    "Shingle Tideway Seablite",
    "shell": "Cockle Whelk Limpet Periwinkle Scallop Conch Cowrie Mussel Oyster Nautilus Cuttle "
    "Urchin Starfish Razorshell Topshell Barnacle Anemone Tellin Wentletrap Venus",
    "fish": "Herring Haddock Turbot Mackerel Sprat Halibut Plaice Whiting Sardine Pilchard Gurnard "
    "Coble Creel Keelboat",
    "lamp": "Beacon Lantern Lens Foghorn Lamplight Lightship Flare Tinder Candela Fresnel Wick "
    "Gleam Daymark Seamark",
    "harbour": "Anchor Capstan Windlass Bollard Dockside Customs Derrick Fairway Slipway Berth",
    "enterprise": "Enterprise Progress Venture Dynamo Turbine Piston Gantry Conveyor Sprocket "
    "Flywheel Camshaft Magneto",
    "wind": "Zephyr Sirocco Mistral Westerly Breeze Seabreeze Tradewind Monsoon Doldrums Trough "
    "Sundial Horizon Bora Levanter",
    "sail": "Spinnaker Mainsail Topsail Jib Mizzen Ketch Sloop Clipper Brigantine Schooner Yawl "
    "Catamaran Dinghy Cutter Lugger Barque",
    "dune": "Marram Sandhill Driftwood Sanderling Ragwort Tern Seaholly Bents Sandbank Seapink "
    "Sandsend Driftway",
    "sky": "Orion Comet Meridian Zenith Equinox Solstice Aurora Polestar Pleiades Eclipse Saturn "
    "Mercury Jupiter Neptune Plough-Star Lodestar",
    "garden": "Trellis Arbour Lavender Peony Lupin Delphinium Hollyhock Snowdrop Crocus Primula "
    "Wisteria Honeysuckle",
    "wood": "Alder Aspen Beech Birch Elm Hornbeam Juniper Larch Maple Spruce Sycamore Whitebeam "
    "Hawthorn Blackthorn Chestnut Spindle-Tree Oak Yew",
    "quarry": "Quarry Shale Tuff Scree Gritstone Cliff-Top Boulder Chalk Agate Onyx Opal "
    "Topaz Amethyst Garnet Quartz",
    "boat": "Paddle Steamer Ferry Landing Jetty Gangway Rowlock Tiller Keel Bowsprit Wharf Pontoon-Side",
    "ferry": "Wrack Kelp Pierhead Lookout Coastguard Bladderwrack",
    "north": "Northscar Scar Cormorant Chapel Whin Pinfold",
    "south": "Southness Ness Fulmar Smithy Limekiln Pound",
    "field": "Field Byre Stile Hedgerow Fallow Pasture",
}  # fmt: skip
TYPES: dict[str, str] = {
    "old": "Lane Row Street Yard Gate Wynd Chare Court Passage Place",
    "terrace": "Street Terrace Row Place Road",
    "villas": "Road Avenue Terrace Gardens Villas Square Grove",
    "interwar": "Crescent Avenue Road Gardens Drive Grove Circle",
    "culdesac": "Close Drive Way Court Rise Croft Walk Mead",
    "village": "Lane Garth Hill End Bank",
    "industrial": "Way Road Court",
    "retail": "Way Road",
    "park": "Way",
    "farm": "Lane",
}
SPUR = 105.0  # metres: a shorter street keeps the name of the one it leaves


def named(frame: gpd.GeoDataFrame) -> list[str]:
    """Name every street of ``frame`` that has none; spurs take their parent's, back lanes none."""
    given = list(frame["name"])
    used = {name for name in given if name}
    chance = np.random.default_rng([SEED, 5])
    supply = {number: _supply(number, chance) for number in range(len(QUARTERS))}
    homes = frame["kind"].eq("residential")
    estate = frame["kind"].eq("service") & (frame.length > 150)
    lengths = frame.length
    order = sorted(frame.index[homes | estate], key=lambda at: -lengths[at])
    tree = STRtree(frame.geometry.to_numpy())
    for row in order:
        if given[row]:
            continue
        parent = _parent(frame, tree, row, given) if lengths[row] < SPUR else None
        given[row] = parent or _fresh(int(frame.at[row, "quarter"]), supply, used)
    return given


def _supply(number: int, chance: np.random.Generator) -> list[str]:
    quarter = QUARTERS[number]
    words = [word.replace("-", " ") for word in WORDS[quarter.theme].split()]
    types = TYPES[quarter.style].split()
    chance.shuffle(words)
    start = int(chance.integers(len(types)))
    every = []
    for turn in range(len(types)):
        for at, word in enumerate(words):
            kind = types[(start + at * 3 + turn) % len(types)]
            every.append(f"{word} {kind}" if kind not in ("Gate",) else f"{word}gate")
    return every[::-1]


def _fresh(quarter: int, supply: dict[int, list[str]], used: set[str]) -> str:
    while supply[quarter]:
        name = supply[quarter].pop()
        if name not in used:
            used.add(name)
            return name
    raise LookupError(f"{QUARTERS[quarter].name} has more streets than names: add words")


def _parent(frame: gpd.GeoDataFrame, tree: STRtree, row: int, given: list[str]) -> str | None:
    shape = frame.geometry.iloc[row]
    for other in sorted(tree.query(shape.buffer(0.3), "intersects")):
        near = frame.iloc[int(other)]
        if other != row and near["kind"] == "residential" and given[int(other)]:
            return given[int(other)]
    return None
