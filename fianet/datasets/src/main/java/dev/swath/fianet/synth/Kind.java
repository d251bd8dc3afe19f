package dev.swath.fianet.synth;

/**
 * What a thing in a scene is, with its typical size in percent of the frame's side. Kinds with a {@linkplain #category
 * category} are what RRSIS-D's sentences speak of; all vehicles share one there, while RefSegRS tells them apart.
 */
public enum Kind {
    /** An aircraft on the ground. */
    AIRPLANE("airplane", 25, 23, 0.02),
    /** Runway, taxiway, apron and terminal. */
    AIRPORT("airport", 58, 36, 0.04),
    /** Fairways with bunkers and a pond. */
    GOLF_FIELD("golf field", 36, 26, 0.10),
    /** A car park with a building beside an expressway. */
    SERVICE_AREA("expressway service area", 30, 19, 0.03),
    /** A plaza with booths and a roof across an expressway. */
    TOLL_STATION("expressway toll station", 27, 21, 0.03),
    /** A quarter circle of grass with a diamond of dirt. */
    BASEBALL_FIELD("baseball field", 23, 23, 0.07),
    /** Stands around a field. */
    STADIUM("stadium", 33, 27, 0.04),
    /** A running track around a lawn. */
    TRACK_FIELD("ground track field", 29, 16, 0.05),
    /** A round tank. */
    STORAGE_TANK("storage tank", 14, 14, 0.02),
    /** A court with a centre circle and two keys. */
    BASKETBALL_COURT("basketball court", 20, 12, 0.03),
    /** A tall stack with a long shadow. */
    CHIMNEY("chimney", 22, 8, 0.03),
    /** A court with a net, service boxes and a surround. */
    TENNIS_COURT("tennis court", 20, 11, 0.03),
    /** A road's deck above another road. */
    OVERPASS("overpass", 34, 10, 0.04),
    /** Platforms with roofs over tracks, and a hall. */
    TRAIN_STATION("train station", 36, 17, 0.03),
    /** A ship. */
    SHIP("ship", 19, 6, 0.03),
    /** A wall that holds a river back. */
    DAM("dam", 34, 8, 0.03),
    /** A quay with piers. */
    HARBOR("harbor", 30, 22, 0.03),
    /** A deck over water. */
    BRIDGE("bridge", 34, 8, 0.04),
    /** A tower with three blades. */
    WINDMILL("windmill", 24, 18, 0.02),
    /** A car with bonnet and boot. */
    CAR("vehicle", 9.6, 4.8, 0.02),
    /** A boxy light vehicle without a boot. */
    VAN("vehicle", 11, 5.2, 0.02),
    /** A cab and a load. */
    TRUCK("vehicle", 15, 5.6, 0.02),
    /** A long load without a cab of its own. */
    TRAILER("vehicle", 17, 5.4, 0.02),
    /** A long vehicle with windows all round. */
    BUS("vehicle", 18, 5.4, 0.02),

    /** A carriageway. */
    ROAD("", 100, 16, 0.05),
    /** Paint on a road. */
    ROAD_MARKING("", 100, 1, 0.03),
    /** A reddish lane for bicycles. */
    BIKEWAY("", 100, 4, 0.04),
    /** A light paved walk. */
    SIDEWALK("", 100, 4, 0.04),
    /** A paved lot where vehicles stand. */
    PARKING_LOT("", 30, 20, 0.05),
    /** A house, hall or block. */
    BUILDING("", 20, 14, 0.03),
    /** A crown seen from above. */
    TREE("", 8, 8, 0.16),
    /** Lawn or meadow. */
    LOW_VEGETATION("", 30, 20, 0.11),
    /** A ploughed or sown field. */
    FIELD("", 40, 40, 0.08),
    /** River, lake or sea. */
    WATER("", 100, 40, 0.035),
    /** Concrete on which aircraft stand. */
    TARMAC("", 80, 80, 0.035),
    /** Railway tracks. */
    RAIL("", 100, 6, 0.06);

    private final String category;
    private final double length;
    private final double width;
    private final double roughness;

    Kind(String category, double length, double width, double roughness) {
        this.category = category;
        this.length = length;
        this.width = width;
        this.roughness = roughness;
    }

    /** RRSIS-D's name for it as sentences spell it; empty if it has none. */
    public String category() {
        return category;
    }

    /** Typical length, percent of the frame's side. */
    public double length() {
        return length;
    }

    /** Typical width, percent of the frame's side. */
    public double width() {
        return width;
    }

    /** How strongly its brightness varies from place to place, as a share. */
    double roughness() {
        return roughness;
    }

    /** Whether it is a car or a van. */
    public boolean lightDuty() {
        return this == CAR || this == VAN;
    }

    /** Whether it is a truck, a trailer or a bus. */
    public boolean heavyDuty() {
        return this == TRUCK || this == TRAILER || this == BUS;
    }

    /** Whether it is a vehicle of any kind. */
    public boolean vehicle() {
        return lightDuty() || heavyDuty();
    }
}
